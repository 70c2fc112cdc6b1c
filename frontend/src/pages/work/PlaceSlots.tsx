/** The places as slots to drop cards into. Two cards in one slot tie. */
import { useDroppable } from "@dnd-kit/react";

import type { ComparisonSpec } from "@/api/types";
import type { Place, Places } from "@/lib/ranking";

import { Handle, placeName } from "./RankBoard";
import rank from "./rank.module.css";

interface SlotProps {
  place: Place;
  ids: number[];
  places: Places;
}

const NAMES = ["1st", "2nd", "3rd"];

function slotName(place: Place): string {
  if (place === "bad") return "Unacceptable";
  return NAMES[place - 1] ?? `${place}th`;
}

function Slot({ place, ids, places }: SlotProps) {
  const { ref, isDropTarget } = useDroppable({ id: `slot-${place}` });
  return (
    <li ref={ref} className={rank.slot} data-over={isDropTarget}>
      <span className={rank.slotName}>{slotName(place)}</span>
      {ids.map((id, index) =>
        places[id] === place ? (
          <Handle key={id} id={`chip-${id}`} index={index} where={placeName(place)} />
        ) : null,
      )}
    </li>
  );
}

interface PlaceSlotsProps {
  ids: number[];
  places: Places;
  spec: ComparisonSpec;
}

export function PlaceSlots({ ids, places, spec }: PlaceSlotsProps) {
  const numbers: Place[] = ids.map((_, index) => index + 1);
  const slots = spec.both_bad ? [...numbers, "bad" as const] : numbers;
  return (
    <ul className={rank.slots} aria-label="Places">
      {slots.map((place) => (
        <Slot key={place} place={place} ids={ids} places={places} />
      ))}
    </ul>
  );
}

/** The response and the place of a drop, from the ids of what was dragged and where it fell. */
export function readDrop(source: unknown, target: unknown): { id: number; place: Place } | null {
  const dragged = /^(?:card|chip)-(\d+)$/.exec(String(source ?? ""));
  const slot = /^slot-(\d+|bad)$/.exec(String(target ?? ""));
  if (!dragged || !slot) return null;
  return { id: Number(dragged[1]), place: slot[1] === "bad" ? "bad" : Number(slot[1]) };
}

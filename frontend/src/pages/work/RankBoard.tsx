/** Cards to be placed. The focused card takes the digit keys; the buttons on a card do the same. */
import { useDraggable } from "@dnd-kit/react";
import type { CSSProperties, RefObject } from "react";

import type { ComparisonSpec } from "@/api/types";
import { Markdown } from "@/components/Markdown";
import { letter } from "@/lib/letters";
import type { Place, Places } from "@/lib/ranking";

import rank from "./rank.module.css";
import classes from "./work.module.css";

interface RankBoardProps {
  responses: { id: number; text: string }[];
  spec: ComparisonSpec;
  places: Places;
  focused: number;
  board: RefObject<HTMLDivElement | null>;
  onFocus: (index: number) => void;
  onPlace: (index: number, place: Place) => void;
}

export function placeName(place: Place | undefined): string {
  if (place === undefined) return "not placed";
  return place === "bad" ? "unacceptable" : `place ${place}`;
}

/** The letter, by which a card is dragged; `id` is what the drop brings back. */
export function Handle({ id, index, where }: { id: string; index: number; where: string }) {
  const { ref } = useDraggable({ id });
  return (
    <button
      ref={ref}
      type="button"
      className={rank.handle}
      aria-label={`Drag ${letter(index)}, ${where}`}
    >
      {letter(index)}
    </button>
  );
}

interface PlacePickerProps {
  index: number;
  count: number;
  spec: ComparisonSpec;
  place: Place | undefined;
  onPlace: (place: Place) => void;
}

function PlacePicker({ index, count, spec, place, onPlace }: PlacePickerProps) {
  const name = letter(index);
  const numbers: Place[] = Array.from({ length: count }, (_, at) => at + 1);
  const offered = spec.both_bad ? [...numbers, "bad" as const] : numbers;
  return (
    <div className={rank.places} role="group" aria-label={`Place of ${name}`}>
      {offered.map((value) => (
        <button
          key={value}
          type="button"
          className={rank.place}
          aria-pressed={place === value}
          aria-label={value === "bad" ? `${name} is unacceptable` : `Place ${value} for ${name}`}
          title={value === "bad" ? "Unacceptable (0)" : undefined}
          onClick={() => onPlace(value)}
        >
          {value === "bad" ? "✕" : value}
        </button>
      ))}
    </div>
  );
}

function wideColumns(count: number): number {
  return count <= 4 ? count : Math.ceil(count / 2);
}

export function RankBoard(props: RankBoardProps) {
  const { responses, spec, places, focused, board, onFocus, onPlace } = props;
  const columns = { "--wide": wideColumns(responses.length) } as CSSProperties;
  return (
    <div ref={board} className={rank.board} style={columns}>
      {responses.map(({ id, text }, index) => (
        <section
          key={id}
          className={`${classes.pane} ${classes.card}`}
          aria-label={`Response ${letter(index)}, ${placeName(places[id])}`}
          data-choice
          data-focused={index === focused}
          tabIndex={index === focused ? 0 : -1}
          onFocus={() => onFocus(index)}
        >
          <div className={classes.paneHead}>
            <Handle id={`card-${id}`} index={index} where={placeName(places[id])} />
            <PlacePicker
              index={index}
              count={responses.length}
              spec={spec}
              place={places[id]}
              onPlace={(place) => onPlace(index, place)}
            />
          </div>
          <div
            className={classes.paneBody}
            data-pane
            tabIndex={0}
            role="group"
            aria-label={`Text of Response ${letter(index)}`}
          >
            <Markdown text={text} />
          </div>
        </section>
      ))}
    </div>
  );
}

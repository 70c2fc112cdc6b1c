/** Three or more responses: cards, places, and the order said back in words. */
import { DragDropProvider, KeyboardSensor, PointerSensor } from "@dnd-kit/react";
import { useRef, useState } from "react";

import { clear, nextUnplaced, put, sentence, type Place } from "@/lib/ranking";

import { responseIds } from "./draftOf";
import type { FormProps } from "./Judging";
import { PlaceSlots, readDrop } from "./PlaceSlots";
import { RankBoard } from "./RankBoard";
import rank from "./rank.module.css";
import { useCommands } from "./useCommands";
import classes from "./work.module.css";

const SENSORS = [PointerSensor, KeyboardSensor.configure({ offset: { x: 60, y: 40 } })];

export function RankForm({ assignment, draft, change, errors, children }: FormProps) {
  const { spec } = assignment.question;
  const ids = responseIds(assignment);
  const [focused, setFocused] = useState(0);
  const board = useRef<HTMLDivElement>(null);

  function focusCard(index: number): void {
    setFocused(index);
    const card = board.current?.querySelectorAll<HTMLElement>(":scope > section")[index];
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest" });
  }

  function place(index: number, value: Place): void {
    const places = put(draft.places, ids[index]!, value, spec);
    change({ places });
    focusCard(nextUnplaced(ids, places, index));
  }

  useCommands({
    digit: ({ digit }) => {
      if (digit >= 1 && digit <= ids.length) place(focused, digit);
      if (digit === 0 && spec.both_bad) place(focused, "bad");
    },
    move: ({ by }) => focusCard((focused + by + ids.length) % ids.length),
    clear: () => change({ places: clear(draft.places, ids[focused]!) }),
  });

  const faults = [errors.ranks, errors.unacceptable].flatMap((said) => said ?? []);
  return (
    <DragDropProvider
      sensors={SENSORS}
      onDragEnd={({ canceled, operation }) => {
        const drop = canceled ? null : readDrop(operation.source?.id, operation.target?.id);
        if (drop) change({ places: put(draft.places, drop.id, drop.place, spec) });
      }}
    >
      <RankBoard
        responses={assignment.responses}
        spec={spec}
        places={draft.places}
        focused={focused}
        board={board}
        onFocus={setFocused}
        onPlace={place}
      />
      <div className={classes.dock}>
        <p className={classes.question}>{spec.prompt}</p>
        <PlaceSlots ids={ids} places={draft.places} spec={spec} />
        <p className={rank.sentence} role="status" aria-label="Order so far">
          {sentence(ids, draft.places)}
        </p>
        {faults.length > 0 && <p className={classes.fault}>{faults.join(" ")}</p>}
        {children}
      </div>
    </DragDropProvider>
  );
}

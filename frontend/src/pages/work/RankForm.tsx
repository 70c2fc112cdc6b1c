/** Three or more responses: cards, places, and the order said back in words, for each criterion. */
import { DragDropProvider, KeyboardSensor, PointerSensor } from "@dnd-kit/react";
import { useRef, useState } from "react";

import type { ComparisonSpec } from "@/api/types";
import { criteriaOf, openBoards, putOn, take, WHOLE } from "@/lib/criteria";
import {
  askWords,
  nextUnplaced,
  restWords,
  sentence,
  type Place,
  type Places,
} from "@/lib/ranking";

import { CriterionTabs } from "./CriterionTabs";
import { responseIds } from "./draftOf";
import { faultsOf, useSought, type FormProps } from "./forms";
import { PlaceSlots, readDrop } from "./PlaceSlots";
import { RankBoard } from "./RankBoard";
import rank from "./rank.module.css";
import { useCommands } from "./useCommands";
import classes from "./work.module.css";

const SENSORS = [PointerSensor, KeyboardSensor.configure({ offset: { x: 60, y: 40 } })];
const FIELDS = ["ranks", "unacceptable", "criteria"];
const NONE: Places = {};

export function RankForm(props: FormProps & { spec: ComparisonSpec }) {
  const { assignment, spec, draft, change, sought, errors, children } = props;
  const ids = responseIds(assignment);
  const names = criteriaOf(spec);
  const [at, setAt] = useState(0);
  const [focused, setFocused] = useState(0);
  const board = useRef<HTMLDivElement>(null);
  const name = names[at] ?? WHOLE;
  const places = draft.boards[name] ?? NONE;
  const open = openBoards(spec, ids, draft.boards);

  function focusCard(index: number): void {
    setFocused(index);
    const card = board.current?.querySelectorAll<HTMLElement>(":scope > section")[index];
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest" });
  }

  function place(index: number, value: Place): void {
    const boards = putOn(spec, draft.boards, name, ids[index]!, value);
    change({ boards });
    focusCard(nextUnplaced(ids, boards[name] ?? NONE, index));
  }

  useSought(sought, () => {
    const next = open[0] ?? 0;
    setAt(next);
    focusCard(nextUnplaced(ids, draft.boards[names[next]!] ?? NONE, ids.length - 1));
  });
  useCommands({
    digit: ({ digit }) => {
      if (digit >= 1 && digit <= ids.length) place(focused, digit);
      if (digit === 0 && spec.both_bad) place(focused, "bad");
    },
    move: ({ by }) => focusCard((focused + by + ids.length) % ids.length),
    turn: ({ by }) => setAt((at + by + names.length) % names.length),
    clear: () => change({ boards: take(spec, draft.boards, name, ids[focused]!) }),
  });

  const faults = faultsOf(errors, FIELDS);
  return (
    <DragDropProvider
      sensors={SENSORS}
      onDragEnd={({ canceled, operation }) => {
        const drop = canceled ? null : readDrop(operation.source?.id, operation.target?.id);
        if (drop) change({ boards: putOn(spec, draft.boards, name, drop.id, drop.place) });
      }}
    >
      {spec.criteria.length > 0 && (
        <CriterionTabs names={spec.criteria} at={at} open={open} onTurn={setAt} />
      )}
      <RankBoard
        responses={assignment.responses}
        spec={spec}
        places={places}
        focused={focused}
        board={board}
        onFocus={setFocused}
        onPlace={place}
      />
      <div className={classes.dock}>
        <p className={classes.question}>
          {spec.prompt} <span className={rank.ask}>{askWords(spec, ids.length)}</span>
        </p>
        <PlaceSlots ids={ids} places={places} spec={spec} />
        <p className={rank.sentence} role="status" aria-label="Order so far">
          {spec.criteria.length > 0 && `${name}: `}
          {sentence(ids, places, restWords(ids, places, spec))}
        </p>
        {faults && <p className={classes.fault}>{faults}</p>}
        {children}
      </div>
    </DragDropProvider>
  );
}

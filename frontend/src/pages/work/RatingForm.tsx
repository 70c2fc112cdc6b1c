/** Ratings: criteria as rows, responses as columns; on a narrow screen one response after the other. */
import { useRef, useState, type CSSProperties } from "react";

import type { RatingSpec } from "@/api/types";
import {
  emptyCells,
  fill,
  moved,
  nudged,
  stepped,
  valueIn,
  valueOf,
  type Cell,
} from "@/lib/rating";

import { responseIds } from "./draftOf";
import { faultsOf, useSought, type FormProps } from "./forms";
import own from "./rating.module.css";
import { Ends, RatingColumn } from "./RatingColumn";
import { useCommands } from "./useCommands";
import { useMarking } from "./useMarking";
import classes from "./work.module.css";

const START: Cell = { row: 0, column: 0 };

function useCells(rows: number, columns: number) {
  const [focused, setFocused] = useState(START);
  const table = useRef<HTMLDivElement>(null);
  function goTo(cell: Cell): void {
    setFocused(cell);
    const place = table.current?.querySelector(`[data-cell="${cell.row} ${cell.column}"]`);
    const stop = place?.querySelector<HTMLElement>("[data-choice][tabindex='0']");
    stop?.focus({ preventScroll: true });
    place?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  return {
    focused,
    setFocused,
    table,
    goTo,
    beside: (by: 1 | -1) => goTo(moved(focused, by > 0 ? "right" : "left", rows, columns)),
    below: (by: 1 | -1) => goTo(moved(focused, by > 0 ? "down" : "up", rows, columns)),
    step: (by: 1 | -1) => goTo(stepped(focused, by, rows, columns)),
  };
}

/** The rows' names, beside the table where there is room for them. */
function Names({ spec }: { spec: RatingSpec }) {
  return (
    <div className={own.names} aria-hidden="true">
      <div className={own.scale}>
        <Ends spec={spec} className={own.both} />
      </div>
      {spec.criteria.map(({ name, about }) => (
        <div key={name} className={own.rowName} title={about || undefined}>
          <span className={own.name}>{name}</span>
          {about && <span className={own.about}>{about}</span>}
        </div>
      ))}
    </div>
  );
}

export function RatingForm(props: FormProps & { spec: RatingSpec }) {
  const { assignment, spec, draft, change, sought, errors, children } = props;
  const { responses } = assignment;
  const ids = responseIds(assignment);
  const cells = useCells(spec.criteria.length, ids.length);
  const { focused } = cells;
  const marking = useMarking({
    categories: spec.marks,
    responses,
    onMark: (mark) => change({ marks: [...draft.marks, mark] }),
  });

  function set({ row, column }: Cell, value: number | null): void {
    const { name } = spec.criteria[row]!;
    change({ ratings: fill(draft.ratings, ids[column]!, name, value) });
  }
  function nudge(by: number): void {
    const value = valueIn(draft.ratings, ids[focused.column]!, spec.criteria[focused.row]!.name);
    set(focused, nudged(spec, value, by));
  }

  useSought(sought, () => cells.goTo(emptyCells(spec, ids, draft.ratings)[0] ?? START));
  useCommands({
    digit: ({ digit }) => {
      const value = spec.slider ? null : valueOf(spec, digit);
      if (value !== null) set(focused, value);
    },
    move: ({ by }) => (spec.slider ? nudge(by) : cells.beside(by)),
    vertical: ({ by }) => (spec.slider ? cells.step(by) : cells.below(by)),
    nudge: ({ by }) => nudge(by),
    clear: () => set(focused, null),
  });

  const faults = faultsOf(errors, ["ratings", "marks"]);
  const size = { "--columns": ids.length, "--rows": spec.criteria.length } as CSSProperties;
  return (
    <>
      <div ref={cells.table} className={own.table} data-single={ids.length === 1} style={size}>
        <Names spec={spec} />
        {responses.map((response, column) => (
          <RatingColumn
            key={response.id}
            response={response}
            column={column}
            spec={spec}
            ratings={draft.ratings}
            focused={focused}
            marks={draft.marks}
            marking={marking}
            onMarks={(marks) => change({ marks })}
            onCell={cells.setFocused}
            onStep={cells.step}
            onValue={set}
          />
        ))}
      </div>
      <div className={classes.dock}>
        <p className={classes.question}>{spec.prompt}</p>
        {faults && <p className={classes.fault}>{faults}</p>}
        {children}
      </div>
    </>
  );
}

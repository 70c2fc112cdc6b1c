/** One response with its ratings: the text on top, a cell for each criterion below. */
import { useId, useMemo, type KeyboardEvent } from "react";

import type { Mark, RatingSpec } from "@/api/types";
import { Markdown } from "@/components/Markdown";
import { letter } from "@/lib/letters";
import { valueIn, type Cell } from "@/lib/rating";

import { MarkBar } from "./MarkBar";
import { MarkList } from "./MarkList";
import { MarkText } from "./MarkText";
import own from "./rating.module.css";
import { RatingCell } from "./RatingCell";
import { Tool } from "./Tool";
import type { MarkingState } from "./useMarking";
import classes from "./work.module.css";

export interface ColumnProps {
  response: { id: number; text: string };
  column: number;
  spec: RatingSpec;
  ratings: Readonly<Record<number, Readonly<Record<string, number>>>>;
  focused: Cell;
  marks: Mark[];
  marking: MarkingState;
  onMarks: (marks: Mark[]) => void;
  onCell: (cell: Cell) => void;
  onStep: (by: 1 | -1) => void;
  onValue: (cell: Cell, value: number) => void;
}

/** The words for the ends of the scale: "1 poor – 5 excellent". */
export function Ends({ spec, className }: { spec: RatingSpec; className: string | undefined }) {
  return (
    <span className={className}>
      <span>
        {spec.minimum} {spec.low}
      </span>
      <span>
        {spec.maximum} {spec.high}
      </span>
    </span>
  );
}

/** In a text that scrolls, these keys scroll it, and don't move between the cells. */
function keepScrolling(event: KeyboardEvent): void {
  if (/^(ArrowUp|ArrowDown|Page)/.test(event.key)) event.stopPropagation();
}

function Text({ response, column, spec, marks, marking, onMarks }: ColumnProps) {
  const { id, text } = response;
  const name = `Response ${letter(column)}`;
  const mine = useMemo(() => marks.filter((mark) => mark.response === id), [marks, id]);
  if (spec.marks.length === 0) {
    return (
      <div
        className={classes.paneBody}
        data-pane
        tabIndex={0}
        role="group"
        aria-label={`Text of ${name}`}
        onKeyDown={keepScrolling}
      >
        <Markdown text={text} />
      </div>
    );
  }
  const { pending } = marking;
  const noted = (mark: Mark, note: string) =>
    onMarks(marks.map((other) => (other === mark ? { ...mark, note } : other)));
  return (
    <>
      <div className={classes.paneBody} data-pane onKeyDown={keepScrolling}>
        <MarkText id={id} name={name} text={text} marks={mine} marking={marking} />
      </div>
      {pending?.response === id && (
        <MarkBar text={text} categories={spec.marks} pending={pending} marking={marking} />
      )}
      <MarkList
        name={name}
        text={text}
        marks={mine}
        onNote={noted}
        onRemove={(mark) => onMarks(marks.filter((other) => other !== mark))}
      />
    </>
  );
}

function Cells(props: ColumnProps) {
  const { response, column, spec, ratings, focused, onCell, onStep, onValue } = props;
  const base = useId();
  return spec.criteria.map(({ name, about }, row) => (
    <div
      key={name}
      className={own.cell}
      data-cell={`${row} ${column}`}
      data-focused={row === focused.row && column === focused.column}
      onFocus={() => onCell({ row, column })}
    >
      <div className={own.own}>
        <span className={own.name}>{name}</span>
        {about && (
          <span id={`${base}${row}`} className={own.about}>
            {about}
          </span>
        )}
      </div>
      <RatingCell
        spec={spec}
        name={`${name}, Response ${letter(column)}`}
        describedBy={about ? `${base}${row}` : undefined}
        value={valueIn(ratings, response.id, name)}
        onValue={(value) => onValue({ row, column }, value)}
        onStep={onStep}
      />
      <Ends spec={spec} className={own.ends} />
    </div>
  ));
}

export function RatingColumn(props: ColumnProps) {
  const { response, column, spec, marking } = props;
  const name = `Response ${letter(column)}`;
  return (
    <section className={own.column} aria-label={name}>
      <div className={`${classes.pane} ${own.text}`}>
        <div className={classes.paneHead}>
          <h2 className={classes.letter} aria-label={name}>
            {letter(column)}
          </h2>
          {spec.marks.length > 0 && (
            <>
              <span className={own.hint}>Select text to mark it, or</span>
              <Tool name={`Mark the whole ${name}`} onClick={() => marking.whole(response.id)}>
                mark the whole
              </Tool>
            </>
          )}
        </div>
        <Text {...props} />
      </div>
      <Cells {...props} />
    </section>
  );
}

/**
 * Comparisons by several criteria: one choice between two responses, or one order of more, for each.
 * A question without criteria has a single one, without a name. A response is unacceptable as a whole,
 * so that mark is the same by every criterion.
 */
import type { AnswerParts, ComparisonSpec } from "@/api/types";

import { clear, isComplete, orderOf, placesOf, put, type Place, type Places } from "./ranking";
import { choiceOf, choices, verdictOf, type Choice, type Verdict } from "./verdict";

/** Stands for the only criterion of a question without criteria, and for all of them at once. */
export const WHOLE = "";

type Chosen = Readonly<Record<string, string>>;
export type Boards = Readonly<Record<string, Places>>;
type Parts = Partial<Pick<AnswerParts, "ranks" | "strength" | "unacceptable" | "criteria">>;
type Pair = readonly [number, number];

export function criteriaOf({ criteria }: Pick<ComparisonSpec, "criteria">): string[] {
  return criteria.length > 0 ? criteria : [WHOLE];
}

/** The answer by each criterion, in the spec's order, as one. */
function joined({ criteria }: ComparisonSpec, verdicts: Verdict[]): Parts {
  if (criteria.length === 0) return verdicts[0]!;
  const orders = criteria.map((criterion, index) => {
    const { ranks, strength } = verdicts[index]!;
    return { criterion, ranks, strength };
  });
  return { criteria: orders, unacceptable: verdicts[0]!.unacceptable };
}

/** The other way round: what an answer says by each criterion that the question still has. */
function taken(spec: ComparisonSpec, answer: Parts): [string, Verdict][] {
  const unacceptable = answer.unacceptable ?? [];
  if (spec.criteria.length === 0) {
    const { ranks = [], strength = null } = answer;
    return [[WHOLE, { ranks, strength, unacceptable }]];
  }
  const known = ({ criterion }: AnswerParts["criteria"][number]) =>
    spec.criteria.includes(criterion);
  const orders = (answer.criteria ?? []).filter(known);
  return orders.map(({ criterion, ranks, strength }) => [
    criterion,
    { ranks, strength, unacceptable },
  ]);
}

// Two responses

/** The scale of one row. "Both bad" is about the whole: with several rows it stands beside them. */
export function rowChoices(spec: ComparisonSpec): Choice[] {
  return choices(spec.criteria.length > 0 ? { ...spec, both_bad: false } : spec);
}

/** "Both bad" for all criteria at once, or null where it isn't asked or has its place in the row. */
export function wholeChoice(spec: ComparisonSpec): Choice | null {
  if (spec.criteria.length === 0) return null;
  return choices(spec).find(({ bad }) => bad) ?? null;
}

/** A choice for one row takes back what was said of the whole. */
export function choose(chosen: Chosen, row: string, choice: Choice): Record<string, string> {
  const { [WHOLE]: _whole, ...rows } = chosen;
  return row === WHOLE ? { ...rows, [WHOLE]: choice.id } : { ...rows, [row]: choice.id };
}

/** What is chosen by each criterion, in their order; null where nothing is. */
export function chosenChoices(spec: ComparisonSpec, chosen: Chosen): (Choice | null)[] {
  const offered = choices(spec);
  const find = (id: string | undefined) => offered.find((choice) => choice.id === id) ?? null;
  return criteriaOf(spec).map((row) => find(chosen[WHOLE]) ?? find(chosen[row]));
}

export function pairAnswer(spec: ComparisonSpec, pair: Pair, chosen: Chosen): Parts | null {
  const rows = chosenChoices(spec, chosen);
  if (rows.includes(null)) return null;
  return joined(
    spec,
    rows.map((choice) => verdictOf(choice!, pair)),
  );
}

export function chosenIn(spec: ComparisonSpec, pair: Pair, answer: Parts): Record<string, string> {
  const whole = wholeChoice(spec);
  if (whole && answer.unacceptable?.length === 2) return { [WHOLE]: whole.id };
  const offered = rowChoices(spec);
  const rows = taken(spec, answer).flatMap(([row, verdict]): [string, string][] => {
    const choice = choiceOf(verdict, pair, offered);
    return choice ? [[row, choice.id]] : [];
  });
  return Object.fromEntries(rows);
}

// Three or more responses

function each(spec: ComparisonSpec, boards: Boards, change: (places: Places) => Places): Boards {
  return Object.fromEntries(criteriaOf(spec).map((row) => [row, change(boards[row] ?? {})]));
}

export function take(spec: ComparisonSpec, boards: Boards, row: string, id: number): Boards {
  const places = boards[row] ?? {};
  if (places[id] === "bad") return each(spec, boards, (other) => clear(other, id));
  return { ...boards, [row]: clear(places, id) };
}

/** Gives a response a place by one criterion; unacceptable, or no longer so, it is by all of them. */
export function putOn(
  spec: ComparisonSpec,
  boards: Boards,
  row: string,
  id: number,
  place: Place,
): Boards {
  if (place === "bad") return each(spec, boards, (other) => put(other, id, "bad", spec));
  const others = (boards[row] ?? {})[id] === "bad" ? take(spec, boards, row, id) : boards;
  return { ...others, [row]: put(others[row] ?? {}, id, place, spec) };
}

/** Positions of the criteria whose order isn't complete. */
export function openBoards(spec: ComparisonSpec, ids: readonly number[], boards: Boards): number[] {
  const rows = criteriaOf(spec).map((row, index) => [row, index] as const);
  return rows
    .filter(([row]) => !isComplete(ids, boards[row] ?? {}, spec))
    .map(([, index]) => index);
}

export function boardsAnswer(
  spec: ComparisonSpec,
  ids: readonly number[],
  boards: Boards,
): Parts | null {
  const orders = criteriaOf(spec).map((row) => orderOf(ids, boards[row] ?? {}, spec));
  return orders.includes(null) ? null : joined(spec, orders as Verdict[]);
}

export function boardsIn(spec: ComparisonSpec, answer: Parts): Boards {
  return Object.fromEntries(taken(spec, answer).map(([row, verdict]) => [row, placesOf(verdict)]));
}

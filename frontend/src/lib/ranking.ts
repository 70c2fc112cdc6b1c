/**
 * The order of three or more responses while it is being made. A response has no place until the
 * rater gives it one; two with the same place tie; "bad" ones share the end of the order.
 */
import type { Answer, ComparisonSpec } from "@/api/types";

import { letter, listed } from "./letters";

export type Place = number | "bad";
/** Place by response id. A response that isn't in it has no place. */
export type Places = Readonly<Record<number, Place>>;

type Asked = Pick<ComparisonSpec, "ties" | "both_bad">;

/** Gives one response a place. Where ties aren't asked for, whoever held that place loses it. */
export function put(places: Places, id: number, place: Place, spec: Asked): Places {
  const kept = Object.entries(places).filter(
    ([other, held]) => Number(other) !== id && (spec.ties || place === "bad" || held !== place),
  );
  return { ...Object.fromEntries(kept), [id]: place };
}

export function clear(places: Places, id: number): Places {
  return Object.fromEntries(Object.entries(places).filter(([other]) => Number(other) !== id));
}

export function unplaced(ids: readonly number[], places: Places): number[] {
  return ids.filter((id) => places[id] === undefined);
}

/** The first response without a place after position `from`, going round; `from` where all have one. */
export function nextUnplaced(ids: readonly number[], places: Places, from: number): number {
  for (let step = 1; step <= ids.length; step += 1) {
    const index = (from + step) % ids.length;
    if (places[ids[index]!] === undefined) return index;
  }
  return from;
}

/** Responses that share a place, best place first; the bad ones are left out. */
function groups(ids: readonly number[], places: Places): number[][] {
  const numbers = ids.map((id) => places[id]).filter((place) => typeof place === "number");
  const order = [...new Set(numbers)].sort((first, second) => first - second);
  return order.map((place) => ids.filter((id) => places[id] === place));
}

/** Ranks without gaps from 1; the bad ones come last, together. Null while a place is missing. */
export function orderOf(
  ids: readonly number[],
  places: Places,
): Pick<Answer, "ranks" | "strength" | "unacceptable"> | null {
  if (unplaced(ids, places).length > 0) return null;
  const good = groups(ids, places);
  const bad = ids.filter((id) => places[id] === "bad");
  const rank = new Map(good.flatMap((group, index) => group.map((id) => [id, index + 1] as const)));
  const last = good.length + 1;
  return {
    ranks: ids.map((id) => ({ response: id, rank: rank.get(id) ?? last })),
    strength: null,
    unacceptable: bad,
  };
}

export function placesOf(answer: Pick<Answer, "ranks" | "unacceptable">): Places {
  const bad = new Set(answer.unacceptable);
  return Object.fromEntries(
    answer.ranks.map(({ response, rank }) => [response, bad.has(response) ? "bad" : rank]),
  );
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"];

export function ordinal(place: number): string {
  return ORDINALS[place - 1] ?? `${place}th`;
}

/** The order in words: "B first, A and D tied second, C last". */
export function sentence(ids: readonly number[], places: Places): string {
  const name = (id: number) => letter(ids.indexOf(id));
  const open = unplaced(ids, places);
  if (open.length === ids.length) return "Nothing placed yet.";
  const good = groups(ids, places);
  const bad = ids.filter((id) => places[id] === "bad");
  const closed = open.length === 0 && bad.length === 0;
  const parts = good.map((group, index) => {
    const end = closed && index > 0 && index === good.length - 1;
    const words = end ? "last" : ordinal(index + 1);
    return `${listed(group.map(name))} ${group.length > 1 ? "tied " : ""}${words}`;
  });
  if (bad.length > 0) parts.push(`${listed(bad.map(name))} unacceptable`);
  if (open.length > 0) parts.push(`${listed(open.map(name))} not placed yet`);
  return `${parts.join(", ")}.`;
}

/**
 * The order of three or more responses while it is being made. A response has no place until the
 * rater gives it one; two with the same place tie; "bad" ones share the end of the order.
 */
import type { ComparisonSpec } from "@/api/types";

import { letter, listed } from "./letters";
import type { Verdict } from "./verdict";

export type Place = number | "bad";
/** Place by response id. A response that isn't in it has no place. */
export type Places = Readonly<Record<number, Place>>;

type Asked = Pick<ComparisonSpec, "ties" | "both_bad">;
type Placing = Pick<ComparisonSpec, "place" | "top_m">;

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

/** How many of k responses must have a place. */
export function asked({ place, top_m }: Placing, k: number): number {
  if (place === "all") return k;
  return place === "top" ? Math.min(top_m ?? k, k - 1) : 2;
}

/**
 * The responses that the answer places. What is left out of a best few is below all that are placed,
 * so there a bad response has no place either while others are left out.
 */
export function placed(ids: readonly number[], places: Places, spec: Placing): number[] {
  const open = unplaced(ids, places).length > 0;
  const badToo = spec.place !== "top" || !open;
  return ids.filter((id) => places[id] !== undefined && (badToo || places[id] !== "bad"));
}

export function isComplete(ids: readonly number[], places: Places, spec: Placing): boolean {
  return placed(ids, places, spec).length >= asked(spec, ids.length);
}

/** Ranks without gaps from 1; the bad ones come last, together. Null while a place is missing. */
export function orderOf(ids: readonly number[], places: Places, spec: Placing): Verdict | null {
  if (!isComplete(ids, places, spec)) return null;
  const good = groups(ids, places);
  const rank = new Map(good.flatMap((group, index) => group.map((id) => [id, index + 1] as const)));
  const last = good.length + 1;
  return {
    ranks: placed(ids, places, spec).map((id) => ({ response: id, rank: rank.get(id) ?? last })),
    strength: null,
    unacceptable: ids.filter((id) => places[id] === "bad"),
  };
}

export function placesOf({ ranks, unacceptable }: Pick<Verdict, "ranks" | "unacceptable">): Places {
  return Object.fromEntries([
    ...ranks.map(({ response, rank }) => [response, rank]),
    ...unacceptable.map((id) => [id, "bad"]),
  ]);
}

/** Who needs a place, as a sentence to the rater; "" where all do. */
export function askWords(spec: Placing, k: number): string {
  if (spec.place === "all") return "";
  if (spec.place === "some") return "Place those that you compare, two or more.";
  const count = asked(spec, k);
  const best = count === 1 ? "the best one" : `the best ${count}`;
  return `Place at least ${best}: the others count as below them.`;
}

/** What holds for the responses without a place, as `sentence` says it. */
export function restWords(ids: readonly number[], places: Places, spec: Placing): string {
  if (!isComplete(ids, places, spec)) return "not placed yet";
  return spec.place === "top" ? "below them" : "not compared";
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"];

export function ordinal(place: number): string {
  return ORDINALS[place - 1] ?? `${place}th`;
}

/** The order in words: "B first, A and D tied second, C last". `rest` says what the others are. */
export function sentence(
  ids: readonly number[],
  places: Places,
  rest: string = "not placed yet",
): string {
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
  if (open.length > 0) parts.push(`${listed(open.map(name))} ${rest}`);
  return `${parts.join(", ")}.`;
}

/** Which two models the address names, by their numbers; what is none is dropped. */
export interface ComparedModels {
  a?: number;
  b?: number;
}

export function compareSearch(search: Record<string, unknown>): ComparedModels {
  const known = (["a", "b"] as const).filter((key) => Number.isSafeInteger(Number(search[key])));
  return Object.fromEntries(
    known.filter((key) => Number(search[key]) > 0).map((key) => [key, Number(search[key])]),
  );
}

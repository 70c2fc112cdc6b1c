/** What the server refused, for the fields of a form. */
import { ApiError } from "@/api/client";

export type Faults = Record<string, string[]>;

export function faultsOf(error: Error | null): Faults {
  return error instanceof ApiError ? error.fields : {};
}

/** The messages of one field; undefined where there are none. */
export function faultOf(faults: Faults, field: string): string | undefined {
  return faults[field]?.join(" ");
}

/** What is said above a form: the refusals that belong to none of the fields it shows. */
export function faultsElsewhere(error: Error | null, shown: readonly string[]): string | null {
  if (error === null) return null;
  const faults = Object.entries(faultsOf(error));
  if (faults.length === 0) return error.message;
  const others = faults.filter(([field]) => !shown.includes(field));
  return others.length > 0 ? others.flatMap(([, messages]) => messages).join(" ") : null;
}

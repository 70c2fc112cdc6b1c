import { ApiError } from "@/api/client";

/** What the server says about a field, to stand beside it. */
export function fieldError(error: Error | null, field: string): string | undefined {
  return error instanceof ApiError ? error.fields[field]?.join(" ") : undefined;
}

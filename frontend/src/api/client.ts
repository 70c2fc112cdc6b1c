/**
 * The one door to the server. Adds the CSRF header, and turns every failure into an `ApiError` that
 * says what happened. It knows no page and keeps no state.
 */
import createClient, { type Middleware } from "openapi-fetch";

import { noteServerDate } from "@/lib/serverClock";

import type { paths } from "./schema";

/** Status 0 means that the server could not be reached. `fields` maps a field to its messages. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly fields: Record<string, string[]> = {},
    readonly body: unknown = null,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** True where sending the same thing again may succeed. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  get signedOut(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

const UNREACHABLE = "The server can't be reached. Check the connection; nothing you typed is lost.";
const WITHOUT_WORDS: Record<number, string> = {
  404: "This isn't here, or it isn't yours to see.",
  413: "That is more than the server takes in one request.",
  429: "Too many requests. Wait a minute and try again.",
};

export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
}

const everyCall: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRFToken", csrfToken());
    return request;
  },
  onResponse({ response }) {
    noteServerDate(response.headers.get("Date"), Date.now());
  },
};

export const api = createClient<paths>({
  baseUrl: typeof window === "undefined" ? "" : window.location.origin,
  credentials: "same-origin",
  headers: { Accept: "application/json" },
  // Looked up at each call, so that a test can put its own in place.
  fetch: (request) => globalThis.fetch(request),
});
api.use(everyCall);

export function errorFrom(status: number, body: unknown): ApiError {
  const said = (body ?? {}) as { detail?: unknown; errors?: Record<string, string[]> };
  const detail = typeof said.detail === "string" ? said.detail : WITHOUT_WORDS[status];
  return new ApiError(
    status,
    detail ?? `The server answered with an error (${status}). Try again in a moment.`,
    said.errors ?? {},
    body,
  );
}

/** The data of a call, or an `ApiError`: `await unwrap(api.GET("/api/v1/session"))`. */
export async function unwrap<Data>(
  call: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await call.catch((reason: unknown) => {
    throw new ApiError(0, UNREACHABLE, {}, reason);
  });
  if (!response.ok) throw errorFrom(response.status, error);
  return data as Data;
}

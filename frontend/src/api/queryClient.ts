/** How queries behave everywhere: what is retried, how long data stay fresh, what signing out does. */
import { QueryCache, QueryClient } from "@tanstack/react-query";

import { ApiError } from "./client";

export const sessionKey = ["session"] as const;

export function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // The browser may believe that it is offline while the server, on the same machine, is there.
        networkMode: "always",
        retry: (count, error) => error instanceof ApiError && error.passing && count < 3,
      },
      mutations: { networkMode: "always" },
    },
    queryCache: new QueryCache({
      onError: (error, query) => {
        const lost = error instanceof ApiError && error.signedOut;
        if (lost && query.queryKey[0] !== sessionKey[0]) {
          void client.invalidateQueries({ queryKey: sessionKey });
        }
      },
    }),
  });
  return client;
}

/** A reward model's runs on the public benchmarks that the operator has put on the server. */
import { useQuery } from "@tanstack/react-query";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { keyOf, oneOf } from "./manage";
import { isLive } from "./manageData";
import type { components } from "./schema";

type Schema = components["schemas"];

export type Benchmarks = Schema["BenchmarksOut"];
export type BenchmarkRun = Schema["BenchmarkRunOut"];
export type BenchmarkFigures = Schema["BenchmarkFigures"];
export type BenchmarkLine = Schema["BenchmarkLine"];

const POLL = 1_500;
/** Somebody else may start one, or put files there. */
const QUIET_POLL = 30_000;

export function useBenchmarks(slug: string, model: number) {
  return useQuery({
    queryKey: keyOf(slug, "benchmarks", model),
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/projects/{slug}/reward-models/{id}/benchmarks", oneOf(slug, model)),
      ),
    refetchInterval: ({ state }) =>
      state.data?.runs.some((run) => isLive(run.state)) ? POLL : QUIET_POLL,
  });
}

export function useRunBenchmark(slug: string, model: number) {
  return useChange({
    send: (benchmark: string) =>
      unwrap(
        api.POST("/api/v1/projects/{slug}/reward-models/{id}/benchmarks", {
          ...oneOf(slug, model),
          body: { benchmark },
        }),
      ),
    touches: [keyOf(slug, "benchmarks", model)],
    said: () => null,
  });
}

export function useCancelBenchmark(slug: string, model: number) {
  return useChange({
    send: (id: number) =>
      unwrap(api.POST("/api/v1/projects/{slug}/benchmark-runs/{id}/cancel", oneOf(slug, id))),
    touches: [keyOf(slug, "benchmarks", model)],
    said: ({ benchmark }) => `The run on ${benchmark} stops. No figure of it is kept.`,
  });
}

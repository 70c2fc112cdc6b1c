/** What a project's votes say together: read, and computed anew in a worker on request. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { inProject, keyOf } from "./manage";
import type { Analysis } from "./manageTypes";

const POLL = 2_000;

function useAskAnew(slug: string) {
  return useChange({
    send: () => unwrap(api.POST("/api/v1/projects/{slug}/analysis", inProject(slug))),
    touches: [keyOf(slug, "analysis")],
    said: () => null,
  });
}

/** Changes with each computation, whether it succeeds or fails. */
function versionOf(analysis: Analysis | undefined): string {
  return `${analysis?.computed_at ?? ""} ${analysis?.failed_at ?? ""}`;
}

/** `computing` from the moment that the server took the request until there is an outcome. */
export function useAnalysis(slug: string) {
  const [before, setBefore] = useState<string | null>(null);
  const query = useQuery({
    queryKey: keyOf(slug, "analysis"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/analysis", inProject(slug))),
    refetchInterval: ({ state }) => (versionOf(state.data) === before ? POLL : false),
  });
  const version = versionOf(query.data);
  const { mutate, isPending } = useAskAnew(slug);
  const client = useQueryClient();
  useEffect(() => {
    // The worker measures agreement again before it computes the rest.
    if (before !== null && before !== version) {
      void client.invalidateQueries({ queryKey: keyOf(slug, "agreement") });
    }
  }, [before, client, slug, version]);
  const compute = () => mutate(undefined, { onSuccess: () => setBefore(version) });
  return { query, compute, computing: isPending || before === version };
}

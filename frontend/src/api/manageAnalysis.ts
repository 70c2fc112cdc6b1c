/** What a project's votes say together: read, and computed anew in a worker on request. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { inProject, keyOf } from "./manage";

const POLL = 2_000;

function useAskAnew(slug: string) {
  return useChange({
    send: () => unwrap(api.POST("/api/v1/projects/{slug}/analysis", inProject(slug))),
    touches: [keyOf(slug, "analysis")],
    said: () => null,
  });
}

/** `computing` from the moment that the server took the request until the figures are newer. */
export function useAnalysis(slug: string) {
  const [asked, setAsked] = useState<{ before: string | null } | null>(null);
  const query = useQuery({
    queryKey: keyOf(slug, "analysis"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/analysis", inProject(slug))),
    refetchInterval: ({ state }) =>
      asked && state.data?.computed_at === asked.before ? POLL : false,
  });
  const { mutate, isPending } = useAskAnew(slug);
  const at = query.data?.computed_at ?? null;
  const compute = () => mutate(undefined, { onSuccess: () => setAsked({ before: at }) });
  return { query, compute, computing: isPending || (asked !== null && asked.before === at) };
}

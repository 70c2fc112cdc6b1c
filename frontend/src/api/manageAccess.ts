/** Programs' access to a project, and the record of who changed what. */
import { useQuery } from "@tanstack/react-query";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { inProject, keyOf, oneOf } from "./manage";
import type { Scope } from "./types";

export function useTokens(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "tokens"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/tokens", inProject(slug))),
  });
}

export function useCreateToken(slug: string) {
  return useChange({
    send: (body: { name: string; scopes: Scope[]; days: number }) =>
      unwrap(api.POST("/api/v1/projects/{slug}/tokens", { ...inProject(slug), body })),
    touches: [keyOf(slug, "tokens"), keyOf(slug, "audit")],
    said: () => null,
  });
}

export function useRevokeToken(slug: string) {
  return useChange({
    send: ({ id }: { id: number; name: string }) =>
      unwrap(api.DELETE("/api/v1/projects/{slug}/tokens/{id}", oneOf(slug, id))),
    touches: [keyOf(slug, "tokens"), keyOf(slug, "audit")],
    said: (_, { name }) => `The token “${name}” no longer works.`,
  });
}

export function useAudit(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "audit"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/audit", inProject(slug))),
  });
}

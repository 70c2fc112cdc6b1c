/** One reward model, going back to the one before it, and two models on the same prompts. */
import { useQuery } from "@tanstack/react-query";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { inProject, keyOf, oneOf } from "./manage";
import type { components } from "./schema";

type Schema = components["schemas"];

export type RewardModelDetail = Schema["RewardModelDetail"];
export type Provenance = Schema["ProvenanceOut"];
export type CriterionHead = Schema["CriterionOut"];
export type ModelComparison = Schema["ComparisonOut"];
export type ComparedRow = Schema["ComparedRow"];

export function useRewardModel(slug: string, id: number) {
  return useQuery({
    queryKey: keyOf(slug, "models", id),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/reward-models/{id}", oneOf(slug, id))),
  });
}

export function useRollBack(slug: string) {
  return useChange({
    send: (to: number) =>
      unwrap(
        api.POST("/api/v1/projects/{slug}/reward-models/rollback", {
          ...inProject(slug),
          body: { to },
        }),
      ),
    touches: [keyOf(slug)],
    said: (model) => `Reward model ${model.number} is the champion again.`,
  });
}

/** By the models' numbers. It keeps a scoring worker busy for seconds, so nothing asks by itself again. */
export function useComparison(slug: string, a: number, b: number) {
  return useQuery({
    queryKey: keyOf(slug, "comparison", a, b),
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/projects/{slug}/reward-models/compare", {
          params: { path: { slug }, query: { a, b } },
        }),
      ),
    staleTime: Infinity,
    retry: false,
  });
}

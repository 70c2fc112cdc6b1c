/** How runs train: the project's plan for them, and the steps of a fine-tune as it goes. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { inProject, keyOf, oneOf } from "./manage";
import { isLive } from "./manageData";
import type { components } from "./schema";
import type { TrainingRun } from "./types";

type Schema = components["schemas"];

export type Tier = TrainingRun["tier"];
export type Trigger = TrainingRun["trigger"];
export type Failure = NonNullable<TrainingRun["failure"]>;
export type TrainingPoint = Schema["TrainingPointOut"];
export type TrainingPlan = Schema["TrainingPlanOut"];

const POLL = 1_500;

/** `live` is in the key, so that a run that has just ended is read once more to its last step. */
export function useTrainingPoints(slug: string, { id, tier, state }: TrainingRun) {
  const live = isLive(state);
  return useQuery({
    queryKey: keyOf(slug, "runs", id, "points", live),
    queryFn: () =>
      unwrap(api.GET("/api/v1/projects/{slug}/training-runs/{id}/points", oneOf(slug, id))),
    enabled: tier === "full",
    placeholderData: keepPreviousData,
    refetchInterval: live ? POLL : false,
  });
}

export function useTrainingPlan(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "training-plan"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/training-plan", inProject(slug))),
  });
}

export function useSetTrainingPlan(slug: string) {
  return useChange({
    send: (body: TrainingPlan) =>
      unwrap(api.PUT("/api/v1/projects/{slug}/training-plan", { ...inProject(slug), body })),
    touches: [keyOf(slug, "training-plan"), keyOf(slug, "audit")],
    said: () => "Saved. The next run trains by it; one that is on goes on as it was asked for.",
  });
}

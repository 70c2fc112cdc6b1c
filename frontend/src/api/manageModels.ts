/** Learning: training runs, reward models, rounds and the nightly schedule. */
import { useMutation, useQuery } from "@tanstack/react-query";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { inProject, keyOf, oneOf } from "./manage";
import { isLive } from "./manageData";
import type { Tier } from "./training";
import type { Schedule } from "./types";

const POLL = 1_500;
/** A nightly run starts without anybody at the screen, so a quiet list is read again now and then. */
const QUIET_POLL = 30_000;

export function useRuns(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "runs"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/training-runs", inProject(slug))),
    refetchInterval: ({ state }) =>
      state.data?.some((run) => isLive(run.state)) ? POLL : QUIET_POLL,
  });
}

export function useRun(slug: string, id: number) {
  return useQuery({
    queryKey: keyOf(slug, "runs", id),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/training-runs/{id}", oneOf(slug, id))),
    refetchInterval: ({ state }) => (state.data && isLive(state.data.state) ? POLL : false),
  });
}

export function useStartRun(slug: string) {
  return useChange({
    send: (tier: Tier) =>
      unwrap(
        api.POST("/api/v1/projects/{slug}/training-runs", { ...inProject(slug), body: { tier } }),
      ),
    touches: [keyOf(slug, "runs"), keyOf(slug, "overview")],
    said: (run) => `Training run ${run.id} is queued.`,
  });
}

export function useCancelRun(slug: string) {
  return useChange({
    send: (id: number) =>
      unwrap(api.POST("/api/v1/projects/{slug}/training-runs/{id}/cancel", oneOf(slug, id))),
    touches: [keyOf(slug, "runs"), keyOf(slug, "overview")],
    said: (run) => `Training run ${run.id} stops. The champion stays as it is.`,
  });
}

export function useRewardModels(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "models"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/reward-models", inProject(slug))),
    refetchInterval: QUIET_POLL,
  });
}

export function usePromote(slug: string) {
  return useChange({
    send: ({ id, reason }: { id: number; reason: string }) =>
      unwrap(
        api.POST("/api/v1/projects/{slug}/reward-models/{id}/promote", {
          ...oneOf(slug, id),
          body: { reason },
        }),
      ),
    touches: [keyOf(slug)],
    said: (model) => `Reward model ${model.number} is the champion now.`,
  });
}

export function useRounds(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "rounds"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/rounds", inProject(slug))),
    refetchInterval: ({ state }) =>
      state.data?.some((round) => isLive(round.state)) ? POLL : QUIET_POLL,
  });
}

export function useRound(slug: string, id: number) {
  return useQuery({
    queryKey: keyOf(slug, "rounds", id),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/rounds/{id}", oneOf(slug, id))),
    refetchInterval: ({ state }) => (state.data && isLive(state.data.state) ? POLL : QUIET_POLL),
  });
}

export function useStartRound(slug: string) {
  return useChange({
    send: (body: { size?: number; random_share?: number }) =>
      unwrap(api.POST("/api/v1/projects/{slug}/rounds", { ...inProject(slug), body })),
    touches: [keyOf(slug, "rounds"), keyOf(slug, "overview")],
    said: (round) => `Round ${round.number} is queued. Its tasks appear here once it has chosen.`,
  });
}

export function useSchedule(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "schedule"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/schedule", inProject(slug))),
  });
}

export function useSetSchedule(slug: string) {
  return useChange({
    send: (body: Omit<Schedule, "next_run_at">) =>
      unwrap(api.PUT("/api/v1/projects/{slug}/schedule", { ...inProject(slug), body })),
    touches: [keyOf(slug, "schedule"), keyOf(slug, "audit")],
    said: ({ enabled }) => (enabled ? "The nightly retrain is on." : "The nightly retrain is off."),
  });
}

export interface ScoredBy {
  model: number;
  scores: { mean: number; lower: number; upper: number }[];
}

interface Asked {
  prompt: string;
  responses: string[];
  models: number[];
}

/** One request a model, one after the other: the server takes few at once. */
export function useScore(slug: string) {
  return useMutation({
    mutationFn: async ({ prompt, responses, models }: Asked): Promise<ScoredBy[]> => {
      const found: ScoredBy[] = [];
      for (const model of models) {
        const body = { model, aggregate: "mean" as const, items: [{ prompt, responses }] };
        const answer = await unwrap(
          api.POST("/api/v1/projects/{slug}/score", { ...inProject(slug), body }),
        );
        found.push({ model: answer.model, scores: answer.items[0]?.scores ?? [] });
      }
      return found;
    },
  });
}

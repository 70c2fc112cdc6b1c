/** A rater's calls about themselves: figures, data, a manager's message, an appeal, the way out. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "./client";
import type { components } from "./schema";
import { historyQuery, workQuery } from "./work";

type Schema = components["schemas"];
export type OwnFigures = Schema["OwnFigures"];
export type Share = Schema["Estimate"];
export type TrainingProgress = Schema["TrainingProgress"];
export type HistoryItem = Schema["HistoryItem"];
export type Decision = Schema["Decision"];
export type Appeal = Schema["AppealOut"];

function inProject(slug: string) {
  return { params: { path: { slug } } };
}

export function useOwnFigures(slug: string) {
  return useQuery({
    queryKey: ["own", slug],
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/work/own", inProject(slug))),
  });
}

export function ownExportUrl(slug: string): string {
  return `/api/v1/projects/${encodeURIComponent(slug)}/work/own/export`;
}

export function useDismissNotice(slug: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/projects/{slug}/work/notice", inProject(slug))),
    onSuccess: () => client.invalidateQueries(workQuery(slug)),
  });
}

export function useAppeal(slug: string, assignment: number) {
  const client = useQueryClient();
  const call = { params: { path: { slug, assignment } } };
  return useMutation({
    mutationFn: (text: string) =>
      unwrap(
        api.POST("/api/v1/projects/{slug}/work/assignments/{assignment}/appeal", {
          ...call,
          body: { text },
        }),
      ),
    onSuccess: () => client.invalidateQueries(historyQuery(slug)),
  });
}

/** Afterwards nothing is known: leaving the only project ends the account and the session too. */
export function useLeave(slug: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/projects/{slug}/work/leave", inProject(slug))),
    onSuccess: () => client.clear(),
  });
}

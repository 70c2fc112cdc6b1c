/** Tasks that somebody asks a reviewer to look at, and the labels a model doubts that are sent there. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { inProject, keyOf, oneOf } from "./manage";
import type { components } from "./schema";

type Schema = components["schemas"];

export type ReviewRequest = Schema["ReviewRequestOut"];
/** A request by its id, and the task it is about. */
export interface Dismissed {
  id: number;
  task: number;
}
export type Requested = Schema["Requested"];
export type Standing = Schema["SuspectStanding"]["standing"];

/** "12 tasks sent to review; 3 decided already." */
export function requestedWords(requested: Requested): string {
  const others: [number, string][] = [
    [requested.waiting, "waiting already"],
    [requested.decided, "decided already"],
    [requested.dismissed, "found right by a reviewer"],
    [requested.not_work, "not raters' work"],
  ];
  const words = others.flatMap(([count, why]) => (count > 0 ? [`${count} ${why}`] : []));
  const sent = requested.sent === 0 ? "No" : requested.sent;
  const tasks = `${sent} ${requested.sent === 1 ? "task" : "tasks"} sent to review`;
  return words.length > 0 ? `${tasks}; ${words.join(", ")}.` : `${tasks}.`;
}

/** Everything that changes when a task is asked for, decided or dismissed. */
export const reviewRequestsKey = (slug: string) => keyOf(slug, "review-requests");

export function useReviewRequests(slug: string) {
  return useInfiniteQuery({
    queryKey: [...reviewRequestsKey(slug), "open"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/projects/{slug}/review-requests", {
          params: { path: { slug }, query: cursor ? { cursor } : {} },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function useAskForReview(slug: string) {
  return useChange({
    send: (body: { tasks: number[]; reason: string }) =>
      unwrap(api.POST("/api/v1/projects/{slug}/review-requests", { ...inProject(slug), body })),
    touches: [reviewRequestsKey(slug), keyOf(slug, "task"), keyOf(slug, "audit")],
    said: requestedWords,
  });
}

export function useDismissReview(slug: string) {
  return useChange({
    send: ({ id }: Dismissed) =>
      unwrap(api.POST("/api/v1/projects/{slug}/review-requests/{id}/dismiss", oneOf(slug, id))),
    touches: [reviewRequestsKey(slug), keyOf(slug, "task"), keyOf(slug, "audit")],
    said: (_, { task }) => `The label of task ${task} stays. The task has left the list.`,
  });
}

export function useSuspectStandings(slug: string, run: number) {
  return useQuery({
    queryKey: [...reviewRequestsKey(slug), "run", run],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/projects/{slug}/training-runs/{id}/suspects/review", oneOf(slug, run)),
      ),
  });
}

/** Some of a run's suspects by their tasks, or all of them. */
export function useSendSuspects(slug: string, run: number) {
  return useChange({
    send: (tasks: number[] | null) =>
      unwrap(
        api.POST("/api/v1/projects/{slug}/training-runs/{id}/suspects/review", {
          ...oneOf(slug, run),
          body: tasks === null ? {} : { tasks },
        }),
      ),
    touches: [reviewRequestsKey(slug), keyOf(slug, "task"), keyOf(slug, "audit")],
    said: () => null,
  });
}

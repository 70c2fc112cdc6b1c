/** What reviewers do: disputes, decisions, known answers and appeals. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { inProject, keyOf } from "./manage";
import type { SentAnswer } from "./manageTypes";
import { reviewRequestsKey } from "./reviewRequests";

const ofTask = (slug: string, task: number) => ({ params: { path: { slug, task } } });

export function useDisputes(slug: string) {
  return useInfiniteQuery({
    queryKey: keyOf(slug, "disputes"),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/projects/{slug}/disputes", {
          params: { path: { slug }, query: cursor ? { cursor } : {} },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function useAppeals(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "appeals"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/appeals", inProject(slug))),
  });
}

export function useAnswerAppeal(slug: string, appeal: number) {
  return useChange({
    send: (body: { upheld: boolean; reply: string }) =>
      unwrap(
        api.POST("/api/v1/projects/{slug}/appeals/{appeal}", {
          params: { path: { slug, appeal } },
          body,
        }),
      ),
    touches: [keyOf(slug, "appeals"), keyOf(slug, "audit")],
    said: ({ state }) => `The appeal is ${state}. The rater reads your reply in their history.`,
  });
}

/** What a changed task changes with it. */
const touched = (slug: string, task: number) => [
  keyOf(slug, "task", task),
  keyOf(slug, "tasks"),
  keyOf(slug, "disputes"),
  reviewRequestsKey(slug),
  keyOf(slug, "audit"),
];

interface Explained {
  answer: SentAnswer;
  explanation: string;
}

export function useDecide(slug: string, task: number) {
  return useChange({
    send: (body: Explained) =>
      unwrap(
        api.POST("/api/v1/projects/{slug}/tasks/{task}/decision", {
          ...ofTask(slug, task),
          body,
        }),
      ),
    touches: touched(slug, task),
    said: () => "Decided. The task's raters see your answer and the explanation.",
  });
}

export function useSetKnownAnswer(slug: string, task: number) {
  return useChange({
    send: (body: Explained & { training: boolean }) =>
      unwrap(
        api.PUT("/api/v1/projects/{slug}/tasks/{task}/known-answer", {
          ...ofTask(slug, task),
          body,
        }),
      ),
    touches: touched(slug, task),
    said: ({ purpose }) =>
      purpose === "training"
        ? "Saved. The task is part of the training."
        : "Saved. The task is gold: raters meet it among their work.",
  });
}

export function useForgetKnownAnswer(slug: string, task: number) {
  return useChange({
    send: () =>
      unwrap(api.DELETE("/api/v1/projects/{slug}/tasks/{task}/known-answer", ofTask(slug, task))),
    touches: touched(slug, task),
    said: () => "The known answer is removed. The task is work again.",
  });
}

/** A rater's calls: what there is to do, the next task, an answer, a skip, a flag, a sign of life. */
import { queryOptions, useQuery } from "@tanstack/react-query";

import type { Entry, Sent } from "@/lib/outbox";

import { api, ApiError, unwrap } from "./client";
import type { Assignment, HistoryEntry, NextTask, Receipt, SkipReason } from "./types";

/** The document says which kinds of question there are, but not that a kind's spec goes with it. */
function typed<Shape>(call: Promise<unknown>): Promise<Shape> {
  return call as Promise<Shape>;
}

export function workQuery(slug: string) {
  return queryOptions({
    queryKey: ["work", slug],
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/work", { params: { path: { slug } } })),
  });
}

export function useWork(slug: string) {
  return useQuery(workQuery(slug));
}

export function historyQuery(slug: string) {
  return queryOptions({
    queryKey: ["history", slug],
    queryFn: () =>
      typed<HistoryEntry[]>(
        unwrap(api.GET("/api/v1/projects/{slug}/work/history", { params: { path: { slug } } })),
      ),
    staleTime: 0,
  });
}

export function useHistory(slug: string) {
  return useQuery(historyQuery(slug));
}

/** `holding`: assignments that this tab has already, so that the server gives another one. */
export function fetchNext(slug: string, holding: number[]): Promise<NextTask> {
  const call = { params: { path: { slug } }, body: { holding } };
  return typed(unwrap(api.POST("/api/v1/projects/{slug}/work/next", call)));
}

export function fetchAssignment(slug: string, id: number): Promise<Assignment> {
  const call = { params: { path: { slug, assignment: id } } };
  return typed(unwrap(api.GET("/api/v1/projects/{slug}/work/assignments/{assignment}", call)));
}

/** Keeps a copy of an unfinished answer on the server, for another browser or a lost one. */
export function saveDraft(slug: string, id: number, data: Record<string, unknown>) {
  const call = { params: { path: { slug, assignment: id } }, body: { data } };
  return unwrap(api.PUT("/api/v1/projects/{slug}/work/assignments/{assignment}/draft", call));
}

export function skipTask(slug: string, id: number, body: { reason: SkipReason; note: string }) {
  const call = { params: { path: { slug, assignment: id } }, body };
  return unwrap(api.POST("/api/v1/projects/{slug}/work/assignments/{assignment}/skip", call));
}

export function flagTask(slug: string, id: number, note: string) {
  const call = { params: { path: { slug, assignment: id } }, body: { note } };
  return unwrap(api.POST("/api/v1/projects/{slug}/work/assignments/{assignment}/flag", call));
}

export function heartbeat(slug: string, id: number): Promise<{ lease_expires_at: string }> {
  const call = { params: { path: { slug, assignment: id } } };
  return unwrap(api.POST("/api/v1/projects/{slug}/work/assignments/{assignment}/heartbeat", call));
}

function sentFrom(error: unknown): Sent {
  if (!(error instanceof ApiError) || error.passing) return { outcome: "later" };
  if (error.signedOut) return { outcome: "signed out" };
  const { revision } = (error.body ?? {}) as { revision?: number };
  return {
    outcome: "refused",
    refusal: {
      status: error.status,
      detail: error.message,
      fields: error.fields,
      revision: revision ?? null,
    },
  };
}

/** Sends one answer of the outbox. Never throws: what happened is in the result. */
export async function sendAnswer({ slug, assignment, body }: Entry): Promise<Sent> {
  const call = { params: { path: { slug, assignment } }, body };
  try {
    const receipt = await typed<Receipt>(
      unwrap(api.POST("/api/v1/projects/{slug}/work/assignments/{assignment}/judgment", call)),
    );
    return { outcome: "stored", receipt };
  } catch (error) {
    return sentFrom(error);
  }
}

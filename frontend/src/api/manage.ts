/** What managers read and change about a project: itself, its tasks, its people, their agreement. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { sessionKey } from "./queryClient";
import type { NewQuestion } from "./manageTypes";
import type { NewPerson, Project } from "./types";

export const inProject = (slug: string) => ({ params: { path: { slug } } });
export const oneOf = (slug: string, id: number) => ({ params: { path: { slug, id } } });
/** A query key of a project: everything of it starts with ["p", slug]. */
export const keyOf = (slug: string, ...rest: unknown[]) => ["p", slug, ...rest] as const;

export function useProjects() {
  return useQuery({
    queryKey: ["projects"],
    queryFn: () => unwrap(api.GET("/api/v1/projects")),
  });
}

export function useCreateProject() {
  return useChange({
    send: (body: { name: string; slug?: string; question?: NewQuestion }) =>
      unwrap(api.POST("/api/v1/projects", { body })),
    touches: [["projects"], sessionKey],
    said: (project) => `Project “${project.name}” is made. Next: import prompts and responses.`,
  });
}

export function useProject(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "project"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}", inProject(slug))),
  });
}

export function usePatchProject(slug: string) {
  return useChange({
    send: (body: Partial<Project>) =>
      unwrap(api.PATCH("/api/v1/projects/{slug}", { ...inProject(slug), body })),
    touches: [keyOf(slug), ["projects"], sessionKey],
    said: () => "Saved. New assignments follow it; those already lent out keep their lease.",
  });
}

export function useOverview(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "overview"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/overview", inProject(slug))),
    refetchInterval: 15_000,
  });
}

export function useForecast(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "forecast"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/forecast", inProject(slug))),
  });
}

export interface TaskFilter {
  status?: "all" | "open" | "judged" | "flagged" | "gold" | "training" | "repeat";
  source?: "import" | "round";
  order?: "newest" | "uncertain";
}

export function useTasks(slug: string, filter: TaskFilter) {
  return useInfiniteQuery({
    queryKey: keyOf(slug, "tasks", filter),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/projects/{slug}/tasks", {
          params: { path: { slug }, query: cursor ? { ...filter, cursor } : filter },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function useTask(slug: string, id: number) {
  return useQuery({
    queryKey: keyOf(slug, "task", id),
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/projects/{slug}/tasks/{task}", { params: { path: { slug, task: id } } }),
      ),
  });
}

export function usePeople(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "people"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/people", inProject(slug))),
  });
}

export function useInvite(slug: string) {
  return useChange({
    send: (body: NewPerson) =>
      unwrap(api.POST("/api/v1/projects/{slug}/people", { ...inProject(slug), body })),
    touches: [keyOf(slug, "people"), keyOf(slug, "audit")],
    said: ({ person }) => `${person.name} is in the project. Send them the link shown here.`,
  });
}

export function usePause(slug: string) {
  return useChange({
    send: ({ id, paused }: { id: number; paused: boolean }) =>
      unwrap(
        api.PATCH("/api/v1/projects/{slug}/people/{person}", {
          params: { path: { slug, person: id } },
          body: { paused },
        }),
      ),
    touches: [keyOf(slug, "people"), keyOf(slug, "person"), keyOf(slug, "audit")],
    said: ({ name, paused_at: at }) =>
      at
        ? `${name} is lent no more tasks. What they have begun can still be submitted.`
        : `${name} gets tasks again.`,
  });
}

export function useSignInLinkFor(slug: string) {
  return useChange({
    send: (id: number) =>
      unwrap(
        api.POST("/api/v1/projects/{slug}/people/{person}/sign-in-link", {
          params: { path: { slug, person: id } },
        }),
      ),
    touches: [keyOf(slug, "audit")],
    said: () => null,
  });
}

export function useAgreement(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "agreement"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/agreement", inProject(slug))),
  });
}

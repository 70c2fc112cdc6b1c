/** Who is signed in, and the ways in and out. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "./client";
import { sessionKey } from "./queryClient";
import type { components } from "./schema";
import type { Credentials, Role, Session } from "./types";

export type Invited = components["schemas"]["Invited"];
export type Acceptance = components["schemas"]["AcceptanceRequest"];

export const sessionQuery = queryOptions({
  queryKey: sessionKey,
  queryFn: () => unwrap(api.GET("/api/v1/session")),
  staleTime: 60_000,
});

export function useSession() {
  return useQuery(sessionQuery);
}

export function runsProjects(role: Role | undefined): boolean {
  return role === "owner" || role === "manager";
}

/** The signed-in person's place in a project, or undefined where they have none. */
export function useRole(slug: string): Role | undefined {
  return useSession().data?.projects.find((project) => project.slug === slug)?.role;
}

function useEnter<Input>(send: (input: Input) => Promise<Session>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (session) => {
      client.clear();
      client.setQueryData(sessionKey, session);
    },
  });
}

/** Posting needs the CSRF cookie, which GET /session sets. */
async function withCookie<Result>(call: () => Promise<Result>): Promise<Result> {
  await unwrap(api.GET("/api/v1/session"));
  return call();
}

export function useSignIn() {
  return useEnter((body: Credentials) =>
    withCookie(() => unwrap(api.POST("/api/v1/session", { body }))),
  );
}

export function useSignInLink() {
  return useEnter((token: string) =>
    withCookie(() => unwrap(api.POST("/api/v1/session/link", { body: { token } }))),
  );
}

/** The token travels in bodies alone, so that it stands in no address and no log. */
export function useInvitation(token: string) {
  return useQuery({
    queryKey: ["invitation", token],
    queryFn: () =>
      withCookie(() => unwrap(api.POST("/api/v1/session/invitation", { body: { token } }))),
    staleTime: Infinity,
  });
}

/** Nothing is forgotten: the person stays the same, or nobody was signed in before. */
export function useAcceptInvitation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Acceptance) =>
      withCookie(() => unwrap(api.POST("/api/v1/session/invitation/accept", { body }))),
    onSuccess: (session) => client.setQueryData(sessionKey, session),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/session")),
    onSuccess: () => {
      client.clear();
      client.setQueryData(sessionKey, { user: null, projects: [] } satisfies Session);
    },
  });
}

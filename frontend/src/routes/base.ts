/** The two routes that others hang from: the root, and a project that the visitor may enter. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  notFound,
  redirect,
} from "@tanstack/react-router";

import { sessionQuery } from "@/api/session";

import { ProjectGate, Root } from "./shells";

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Root,
});

/** Sends a stranger to the sign-in page and back afterwards; another project is "not found". */
export const projectRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/p/$slug",
  beforeLoad: async ({ context, params, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (!session.user) throw redirect({ to: "/sign-in", search: { next: location.href } });
    if (!session.projects.some((project) => project.slug === params.slug)) throw notFound();
  },
  component: ProjectGate,
});

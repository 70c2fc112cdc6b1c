/** The map of pages. The manage pages hang below `/p/$slug/manage`, in their own chunks. */
import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";

import { ErrorPage, NotFoundPage, PendingPage } from "./components/States";
import { manageTree, projectsRoute } from "./pages/manage/routes";
import { projectRoute, rootRoute } from "./routes/base";
import {
  historyRoute,
  homeRoute,
  joinRoute,
  linkRoute,
  ownRoute,
  signInRoute,
  workRoute,
} from "./routes/people";

const routeTree = rootRoute.addChildren([
  homeRoute,
  projectsRoute,
  signInRoute,
  linkRoute,
  joinRoute,
  projectRoute.addChildren([workRoute, historyRoute, ownRoute, manageTree]),
]);

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    defaultPendingComponent: PendingPage,
    defaultPendingMs: 300,
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}

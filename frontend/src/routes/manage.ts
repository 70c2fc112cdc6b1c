/** The managers' frame. Its pages are listed in `pages/manage/routes`; raters never load this chunk. */
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { runsProjects, sessionQuery } from "@/api/session";

import { projectRoute } from "./base";

export const manageRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/manage",
  beforeLoad: async ({ context, params }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    const role = session.projects.find((project) => project.slug === params.slug)?.role;
    if (!runsProjects(role)) throw redirect({ to: "/p/$slug/work", params });
  },
  component: lazyRouteComponent(() => import("@/components/frame/ManageFrame"), "ManageFrame"),
});

/**
 * The managers' frame, and the pages in it that a reviewer may see. They are listed in
 * `pages/manage/routes`; raters never load this chunk.
 */
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { sessionQuery } from "@/api/session";
import { firstPageFor, pagesFor, sectionOf } from "@/components/frame/pages";

import { projectRoute } from "./base";

export const manageRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/manage",
  beforeLoad: async ({ context, params, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    const role = session.projects.find((project) => project.slug === params.slug)?.role;
    if (firstPageFor(role) === undefined) throw redirect({ to: "/p/$slug/work", params });
    const section = sectionOf(location.pathname);
    if (role === "reviewer" && !pagesFor(role).some(({ path }) => path === section)) {
      throw redirect({ to: "/p/$slug/manage/disputes", params });
    }
  },
  component: lazyRouteComponent(() => import("@/components/frame/ManageFrame"), "ManageFrame"),
});

/** The pages that everybody meets: choosing a project, signing in, joining, the work, its history, own figures. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute, rootRoute } from "./base";

/** Only a path of this site may follow a sign-in. */
function safeNext(value: unknown): string | undefined {
  return typeof value === "string" && /^\/(?![/\\])/.test(value) ? value : undefined;
}

export const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  component: lazyRouteComponent(() => import("@/pages/home/HomePage"), "HomePage"),
});

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = safeNext(search.next);
    return next ? { next } : {};
  },
  component: lazyRouteComponent(() => import("@/pages/sign-in/SignInPage"), "SignInPage"),
});

export const linkRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in/$token",
  component: lazyRouteComponent(() => import("@/pages/sign-in/LinkPage"), "LinkPage"),
});

export const joinRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/join/$token",
  component: lazyRouteComponent(() => import("@/pages/sign-in/JoinPage"), "JoinPage"),
});

export const workRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/work",
  validateSearch: (search: Record<string, unknown>): { edit?: number } => {
    const edit = Number(search.edit);
    return Number.isSafeInteger(edit) && edit > 0 ? { edit } : {};
  },
  component: lazyRouteComponent(() => import("@/pages/work/WorkPage"), "WorkPage"),
});

export const historyRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/history",
  component: lazyRouteComponent(() => import("@/pages/history/HistoryPage"), "HistoryPage"),
});

export const ownRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/me",
  component: lazyRouteComponent(() => import("@/pages/own/OwnPage"), "OwnPage"),
});

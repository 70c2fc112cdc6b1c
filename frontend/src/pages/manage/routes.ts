/** The managers' pages, each in a chunk of its own. */
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { sessionQuery } from "@/api/session";
import { rootRoute } from "@/routes/base";
import { manageRoute } from "@/routes/manage";

import { compareSearch } from "./models/compareSearch";
import { taskSearch } from "./taskSearch";

const below = { getParentRoute: () => manageRoute };
const numbered = {
  parse: ({ id }: { id: string }) => ({ id: Number(id) }),
  stringify: ({ id }: { id: number }) => ({ id: String(id) }),
};

const overview = createRoute({
  ...below,
  path: "/",
  component: lazyRouteComponent(() => import("./OverviewPage"), "OverviewPage"),
});
const tasks = createRoute({
  ...below,
  path: "/tasks",
  validateSearch: taskSearch,
  component: lazyRouteComponent(() => import("./TasksPage"), "TasksPage"),
});
const task = createRoute({
  ...below,
  path: "/tasks/$id",
  params: numbered,
  component: lazyRouteComponent(() => import("./TaskPage"), "TaskPage"),
});
const people = createRoute({
  ...below,
  path: "/people",
  component: lazyRouteComponent(() => import("./PeoplePage"), "PeoplePage"),
});
const person = createRoute({
  ...below,
  path: "/people/$id",
  params: numbered,
  component: lazyRouteComponent(() => import("./PersonPage"), "PersonPage"),
});
const raters = createRoute({
  ...below,
  path: "/raters",
  component: lazyRouteComponent(() => import("./RatersPage"), "RatersPage"),
});
const disputes = createRoute({
  ...below,
  path: "/disputes",
  component: lazyRouteComponent(() => import("./DisputesPage"), "DisputesPage"),
});
const appeals = createRoute({
  ...below,
  path: "/disputes/appeals",
  component: lazyRouteComponent(() => import("./DisputesPage"), "AppealsPage"),
});
const agreement = createRoute({
  ...below,
  path: "/agreement",
  component: lazyRouteComponent(() => import("./AgreementPage"), "AgreementPage"),
});
const policies = createRoute({
  ...below,
  path: "/policies",
  component: lazyRouteComponent(() => import("./PoliciesPage"), "PoliciesPage"),
});
const rewardModels = createRoute({
  ...below,
  path: "/reward-models",
  component: lazyRouteComponent(() => import("./RewardModelsPage"), "RewardModelsPage"),
});
const compare = createRoute({
  ...below,
  path: "/reward-models/compare",
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import("./ComparePage"), "ComparePage"),
});
const model = createRoute({
  ...below,
  path: "/reward-models/$id",
  params: numbered,
  component: lazyRouteComponent(() => import("./ModelPage"), "ModelPage"),
});
const run = createRoute({
  ...below,
  path: "/reward-models/runs/$id",
  params: numbered,
  component: lazyRouteComponent(() => import("./RunPage"), "RunPage"),
});
const rounds = createRoute({
  ...below,
  path: "/rounds",
  component: lazyRouteComponent(() => import("./RoundsPage"), "RoundsPage"),
});
const round = createRoute({
  ...below,
  path: "/rounds/$id",
  params: numbered,
  component: lazyRouteComponent(() => import("./RoundPage"), "RoundPage"),
});
const data = createRoute({
  ...below,
  path: "/data",
  component: lazyRouteComponent(() => import("./DataPage"), "DataPage"),
});
const settings = createRoute({
  ...below,
  path: "/settings",
  component: lazyRouteComponent(() => import("./SettingsPage"), "SettingsPage"),
});

export const manageTree = manageRoute.addChildren([
  overview,
  tasks,
  task,
  people,
  person,
  raters,
  agreement,
  disputes,
  appeals,
  policies,
  rewardModels,
  compare,
  model,
  run,
  rounds,
  round,
  data,
  settings,
]);

/** All projects that one manages, and the form for a new one; above any single project. */
export const projectsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/projects",
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (!session.user) throw redirect({ to: "/sign-in", search: { next: location.href } });
  },
  component: lazyRouteComponent(() => import("./ProjectsPage"), "ProjectsPage"),
});

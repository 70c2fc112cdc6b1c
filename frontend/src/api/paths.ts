/** The routes of /api/v1 in the form that openapi-fetch reads; the shapes are in `types.ts`. */
import type * as T from "./types";

type Json<Body> = { content: { "application/json": Body } };
type Parameters<Path, Query> = (Path extends None ? { path?: never } : { path: Path }) & {
  query?: Query;
  header?: never;
  cookie?: never;
};
type Get<Path, Result, Query = never> = {
  parameters: Parameters<Path, Query>;
  responses: { 200: Json<Result> };
};
type Send<Path, Body, Result> = {
  parameters: Parameters<Path, never>;
  requestBody: Json<Body>;
  responses: { 200: Json<Result> };
};
type Act<Path, Result> = { parameters: Parameters<Path, never>; responses: { 200: Json<Result> } };

type None = "no path parameters";
type InProject = { slug: string };
type OwnTask = { slug: string; assignment: number };
type OneOf = { slug: string; id: number };

export interface paths {
  "/api/v1/session": {
    get: Get<None, T.Session>;
    post: Send<None, T.Credentials, T.Session>;
    delete: Act<None, undefined>;
  };
  "/api/v1/session/link": { post: Send<None, { token: string }, T.Session> };

  "/api/v1/projects/{slug}/work": { get: Get<InProject, T.Work> };
  "/api/v1/projects/{slug}/work/next": { post: Send<InProject, { holding: number[] }, T.NextTask> };
  "/api/v1/projects/{slug}/work/history": { get: Get<InProject, T.HistoryEntry[]> };
  "/api/v1/projects/{slug}/work/assignments/{assignment}": { get: Get<OwnTask, T.Assignment> };
  "/api/v1/projects/{slug}/work/assignments/{assignment}/judgment": {
    post: Send<OwnTask, T.Submission, T.Receipt>;
  };
  "/api/v1/projects/{slug}/work/assignments/{assignment}/skip": {
    post: Send<OwnTask, { reason: T.SkipReason; note: string }, undefined>;
  };
  "/api/v1/projects/{slug}/work/assignments/{assignment}/flag": {
    post: Send<OwnTask, { note: string }, undefined>;
  };
  "/api/v1/projects/{slug}/work/assignments/{assignment}/heartbeat": {
    post: Act<OwnTask, { lease_expires_at: string }>;
  };

  "/api/v1/projects": {
    get: Get<None, T.Project[]>;
    post: Send<None, { name: string; slug?: string }, T.Project>;
  };
  "/api/v1/projects/{slug}": {
    get: Get<InProject, T.Project>;
    patch: Send<InProject, Partial<T.Project>, T.Project>;
  };
  "/api/v1/projects/{slug}/overview": { get: Get<InProject, T.Overview> };
  "/api/v1/projects/{slug}/tasks": {
    get: Get<
      InProject,
      T.Page<T.TaskRow>,
      {
        status?: "open" | "judged" | "all";
        source?: T.TaskSource;
        order?: "newest" | "uncertain";
        cursor?: string;
      }
    >;
  };
  "/api/v1/projects/{slug}/tasks/{id}": { get: Get<OneOf, T.TaskDetail> };
  "/api/v1/projects/{slug}/people": {
    get: Get<InProject, T.Person[]>;
    post: Send<InProject, T.NewPerson, { person: T.Person; sign_in_url: string }>;
  };
  "/api/v1/projects/{slug}/people/{id}/sign-in-link": {
    post: Act<OneOf, { sign_in_url: string; expires_at: string }>;
  };
  "/api/v1/projects/{slug}/agreement": { get: Get<InProject, T.Agreements> };
  "/api/v1/projects/{slug}/imports": { get: Get<InProject, T.Import[]> };
  "/api/v1/projects/{slug}/imports/{id}": { get: Get<OneOf, T.Import> };
  "/api/v1/projects/{slug}/imports/{id}/cancel": { post: Act<OneOf, T.Import> };
  "/api/v1/projects/{slug}/snapshots": {
    get: Get<InProject, T.Snapshot[]>;
    post: Act<InProject, T.Snapshot>;
  };
  "/api/v1/projects/{slug}/training-runs": {
    get: Get<InProject, T.TrainingRun[]>;
    post: Act<InProject, T.TrainingRun>;
  };
  "/api/v1/projects/{slug}/training-runs/{id}": { get: Get<OneOf, T.TrainingRun> };
  "/api/v1/projects/{slug}/training-runs/{id}/cancel": { post: Act<OneOf, T.TrainingRun> };
  "/api/v1/projects/{slug}/reward-models": { get: Get<InProject, T.RewardModel[]> };
  "/api/v1/projects/{slug}/reward-models/{id}/promote": {
    post: Send<OneOf, { reason: string }, T.RewardModel>;
  };
  "/api/v1/projects/{slug}/rounds": {
    get: Get<InProject, T.Round[]>;
    post: Send<InProject, { size?: number; random_share?: number }, T.Round>;
  };
  "/api/v1/projects/{slug}/rounds/{id}": { get: Get<OneOf, T.Round> };
  "/api/v1/projects/{slug}/schedule": {
    get: Get<InProject, T.Schedule>;
    put: Send<InProject, Omit<T.Schedule, "next_run_at">, T.Schedule>;
  };
  "/api/v1/projects/{slug}/tokens": {
    get: Get<InProject, T.Token[]>;
    post: Send<
      InProject,
      { name: string; scopes: T.Scope[]; days: number },
      T.Token & { token: string }
    >;
  };
  "/api/v1/projects/{slug}/tokens/{id}": { delete: Act<OneOf, undefined> };
  "/api/v1/projects/{slug}/audit": { get: Get<InProject, T.AuditEntry[]> };
}

/** A project's questions: their settings, their versions, and new ones. */
import { useQuery } from "@tanstack/react-query";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { inProject, keyOf } from "./manage";
import type { NewQuestion, ProjectQuestion, QuestionChange } from "./manageTypes";

const ofQuestion = (slug: string, question: number) => ({
  params: { path: { slug, question } },
});

export function useQuestions(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "questions"),
    queryFn: async () => {
      const found = await unwrap(api.GET("/api/v1/projects/{slug}/questions", inProject(slug)));
      // The document can't say that a kind's spec goes with it.
      return found as ProjectQuestion[];
    },
  });
}

const touched = (slug: string) => [
  keyOf(slug, "questions"),
  keyOf(slug, "project"),
  keyOf(slug, "audit"),
];

export function useAddQuestion(slug: string) {
  return useChange({
    send: (body: NewQuestion) =>
      unwrap(api.POST("/api/v1/projects/{slug}/questions", { ...inProject(slug), body })),
    touches: touched(slug),
    said: ({ title }) => `“${title}” is added. Import tasks for it on the Data page.`,
  });
}

/** "Saved as version 3: open tasks go on under it." where raters had met the version before. */
function savedWords(before: number, after: number): string {
  return after > before
    ? `Saved as version ${after}: open tasks go on under it. Answers keep the version they were given to.`
    : "Saved.";
}

export function useChangeQuestion(slug: string, { id, version }: ProjectQuestion) {
  return useChange({
    send: (body: QuestionChange) =>
      unwrap(
        api.PATCH("/api/v1/projects/{slug}/questions/{question}", {
          ...ofQuestion(slug, id),
          body,
        }),
      ),
    touches: [...touched(slug), keyOf(slug, "versions", id)],
    said: (question) => savedWords(version, question.version),
  });
}

export function useVersions(slug: string, question: number) {
  return useQuery({
    queryKey: keyOf(slug, "versions", question),
    queryFn: () =>
      unwrap(
        api.GET(
          "/api/v1/projects/{slug}/questions/{question}/versions",
          ofQuestion(slug, question),
        ),
      ),
  });
}

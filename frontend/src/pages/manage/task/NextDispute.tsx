/** From a settled task to the next that waits for a reviewer, in the order of the Disputes page. */
import { useState } from "react";

import { useDisputes } from "@/api/manageReview";
import { useReviewRequests } from "@/api/reviewRequests";

import { GoButton } from "../parts/GoTo";
import { nextOf } from "./task";

/** The waiting tasks as that page lists them: those asked for, then those seen differently. */
function useWaiting(slug: string): number[] {
  const requests = useReviewRequests(slug).data?.pages ?? [];
  const disputes = useDisputes(slug).data?.pages ?? [];
  return [
    ...requests.flatMap(({ results }) => results.map((request) => request.task.id)),
    ...disputes.flatMap(({ results }) => results.map(({ id }) => id)),
  ];
}

/** `settle` keeps the order in which the task itself still stands; call it before it is settled. */
export function useNextDispute(slug: string, task: number) {
  const waiting = useWaiting(slug);
  const [before, setBefore] = useState<readonly number[]>([]);
  return { next: nextOf(waiting, before, task), settle: () => setBefore(waiting) };
}

export function NextDispute({ next }: { next: number | null }) {
  return next === null ? null : <GoButton page={`tasks/${next}`}>Next dispute</GoButton>;
}

/** The pages of the managers' frame, and which of them a reviewer sees too. */
import type { Role } from "@/api/types";

interface FramePage {
  /** Below /manage. */
  path: string;
  /** In the rail and in the palette. */
  label: string;
  forReviewers: boolean;
}

const PAGES: readonly FramePage[] = [
  { path: "", label: "Overview", forReviewers: false },
  { path: "tasks", label: "Tasks", forReviewers: true },
  { path: "people", label: "People", forReviewers: false },
  { path: "raters", label: "Raters", forReviewers: false },
  { path: "agreement", label: "Agreement", forReviewers: true },
  { path: "disputes", label: "Disputes", forReviewers: true },
  { path: "policies", label: "Policies", forReviewers: false },
  { path: "reward-models", label: "Reward models", forReviewers: false },
  { path: "rounds", label: "Rounds", forReviewers: false },
  { path: "data", label: "Data", forReviewers: false },
  { path: "settings", label: "Settings", forReviewers: false },
];

export function pagesFor(role: Role | undefined): readonly FramePage[] {
  if (role === "owner" || role === "manager") return PAGES;
  return role === "reviewer" ? PAGES.filter(({ forReviewers }) => forReviewers) : [];
}

/** The part of an address that names the page of the frame; "" is the overview. */
export function sectionOf(pathname: string): string {
  return pathname.split("/")[4] ?? "";
}

/** Where somebody of this role enters the frame; undefined where they have no page in it. */
export function firstPageFor(role: Role | undefined): string | undefined {
  return role === "reviewer" ? "disputes" : pagesFor(role)[0]?.path;
}

/** The address at which somebody of this role enters a project. */
export function entranceOf(slug: string, role: Role | undefined): string {
  const page = firstPageFor(role);
  if (page === undefined) return `/p/${slug}/work`;
  return `/p/${slug}/manage${page && "/"}${page}`;
}

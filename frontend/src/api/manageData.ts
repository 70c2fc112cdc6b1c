/** Data in and out: imports and snapshots. */
import { useQuery } from "@tanstack/react-query";

import { useChange } from "./change";
import { ApiError, api, csrfToken, errorFrom, unwrap } from "./client";
import { inProject, keyOf, oneOf } from "./manage";
import type { Import, ImportFormat, WorkState } from "./types";

/** Still to be waited for. */
export function isLive(state: WorkState): boolean {
  return state === "queued" || state === "running";
}

const POLL = 1_000;

export function useImports(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "imports"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/imports", inProject(slug))),
    refetchInterval: ({ state }) => (state.data?.some((each) => isLive(each.state)) ? POLL : false),
  });
}

interface Upload {
  file: File;
  format: ImportFormat | null;
  /** Whose tasks the file brings; null is the project's first question. */
  question: number | null;
  /** Share of the file that has left, 0 to 1. */
  onProgress: (share: number) => void;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Sends a file. XMLHttpRequest, because fetch does not tell how much of it has left. */
export function upload(
  slug: string,
  { file, format, question, onProgress }: Upload,
): Promise<Import> {
  const form = new FormData();
  form.append("file", file);
  if (format) form.append("format", format);
  if (question !== null) form.append("question", String(question));
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as Import);
      else reject(errorFrom(request.status, body));
    };
    request.onerror = () =>
      reject(new ApiError(0, "The upload broke off. Nothing was imported; send the file again."));
    request.open("POST", `/api/v1/projects/${encodeURIComponent(slug)}/imports`);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Accept", "application/json");
    request.send(form);
  });
}

export function useUpload(slug: string) {
  return useChange({
    send: (each: Upload) => upload(slug, each),
    touches: [keyOf(slug, "imports")],
    said: (made) => `“${made.name}” has arrived and is being read.`,
  });
}

export function useCancelImport(slug: string) {
  return useChange({
    send: (id: number) =>
      unwrap(api.POST("/api/v1/projects/{slug}/imports/{id}/cancel", oneOf(slug, id))),
    touches: [keyOf(slug, "imports"), keyOf(slug, "overview")],
    said: (each) => `The import of “${each.name}” stops. The tasks it has added stay.`,
  });
}

export function useSnapshots(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "snapshots"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/snapshots", inProject(slug))),
  });
}

export function useTakeSnapshot(slug: string) {
  return useChange({
    send: () => unwrap(api.POST("/api/v1/projects/{slug}/snapshots", inProject(slug))),
    touches: [keyOf(slug, "snapshots"), keyOf(slug, "audit")],
    said: (made) => `Snapshot ${made.number} is taken: ${made.judgments} judgments.`,
  });
}

export type ExportRows = "preference" | "votes";
export type ExportFormat = "jsonl" | "parquet";

export function exportUrl(slug: string, id: number, rows: ExportRows, format: ExportFormat) {
  const project = encodeURIComponent(slug);
  return `/api/v1/projects/${project}/snapshots/${id}/export?rows=${rows}&format=${format}`;
}

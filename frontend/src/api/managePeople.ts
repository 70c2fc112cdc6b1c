/** What managers do about people: their page, groups and skills, warnings, invitations, proposals. */
import { useQuery } from "@tanstack/react-query";

import { useChange } from "./change";
import { api, unwrap } from "./client";
import { inProject, keyOf, oneOf } from "./manage";
import type { NewInvitation, PersonChange } from "./manageTypes";

const ofPerson = (slug: string, person: number) => ({ params: { path: { slug, person } } });
/** Everything that shows somebody's state. */
const touched = (slug: string) => [
  keyOf(slug, "people"),
  keyOf(slug, "person"),
  keyOf(slug, "audit"),
];

export function usePerson(slug: string, id: number) {
  return useQuery({
    queryKey: keyOf(slug, "person", id),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/people/{person}", ofPerson(slug, id))),
  });
}

export function useChangePerson(slug: string, id: number, said: string) {
  return useChange({
    send: (body: PersonChange) =>
      unwrap(api.PATCH("/api/v1/projects/{slug}/people/{person}", { ...ofPerson(slug, id), body })),
    touches: touched(slug),
    said: () => said,
  });
}

export function useWarn(slug: string, id: number) {
  return useChange({
    send: (notice: string) =>
      unwrap(
        api.POST("/api/v1/projects/{slug}/people/{person}/warning", {
          ...ofPerson(slug, id),
          body: { notice },
        }),
      ),
    touches: touched(slug),
    said: () => "They see it on their next page, until they say that they have read it.",
  });
}

export function useRemovePerson(slug: string, id: number) {
  return useChange({
    send: () => unwrap(api.DELETE("/api/v1/projects/{slug}/people/{person}", ofPerson(slug, id))),
    touches: [keyOf(slug, "people"), keyOf(slug, "proposals"), keyOf(slug, "audit")],
    said: () => "Removed. Their judgments stay, without the name.",
  });
}

export function useInvitations(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "invitations"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/invitations", inProject(slug))),
  });
}

export function useMakeInvitation(slug: string) {
  return useChange({
    send: (body: NewInvitation) =>
      unwrap(api.POST("/api/v1/projects/{slug}/invitations", { ...inProject(slug), body })),
    touches: [keyOf(slug, "invitations"), keyOf(slug, "audit")],
    said: () => null,
  });
}

export function useWithdrawInvitation(slug: string) {
  return useChange({
    send: (id: number) =>
      unwrap(api.DELETE("/api/v1/projects/{slug}/invitations/{id}", oneOf(slug, id))),
    touches: [keyOf(slug, "invitations"), keyOf(slug, "audit")],
    said: () => "The link no longer lets anybody in. Who has joined by it stays.",
  });
}

export function useProposals(slug: string) {
  return useQuery({
    queryKey: keyOf(slug, "proposals"),
    queryFn: () => unwrap(api.GET("/api/v1/projects/{slug}/proposals", inProject(slug))),
  });
}

export function useDecideProposal(slug: string) {
  return useChange({
    send: ({ id, confirm }: { id: number; confirm: boolean }) =>
      unwrap(
        api.POST("/api/v1/projects/{slug}/proposals/{id}", {
          ...oneOf(slug, id),
          body: { confirm },
        }),
      ),
    touches: [keyOf(slug, "proposals"), ...touched(slug)],
    said: ({ name }, { confirm }) =>
      confirm
        ? `Done, as proposed for ${name}.`
        : `Dismissed. It is proposed again only on newer answers of ${name}.`,
  });
}

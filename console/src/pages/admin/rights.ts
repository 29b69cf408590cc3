/** Which roles may ask what of the administration: the API decides, this keeps away what it would refuse. */

import { useWho } from "@/session/profile";

export const RIGHTS = {
  look: ["admin", "support", "compliance", "finance"],
  restrict: ["admin", "compliance"],
  logout: ["admin", "support", "compliance"],
  roles: ["admin"],
  grants: ["admin"],
  payments: ["admin", "support", "finance"],
  replay: ["admin", "finance"],
  trail: ["admin", "compliance"],
  runs: ["admin"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Right = keyof typeof RIGHTS;

/** The route that each right stands for, in docs/permissions.csv; the audit trail's roles are those of its text. */
export const ROUTES: Readonly<Record<Exclude<Right, "trail">, readonly string[]>> = {
  look: ["GET /v1/admin/users", "GET /v1/admin/users/{userId}"],
  restrict: ["POST /v1/admin/users/{userId}/restrict", "POST /v1/admin/users/{userId}/unrestrict"],
  logout: ["POST /v1/admin/users/{userId}/logout"],
  roles: ["POST /v1/admin/users/{userId}/roles"],
  grants: ["POST /v1/admin/users/{userId}/grants"],
  payments: ["GET /v1/admin/webhooks"],
  replay: ["POST /v1/admin/webhooks/{eventId}/replay"],
  runs: ["POST /admin/trigger-aggregation", "POST /admin/trigger-monitoring"],
};

export const allows = (right: Right, roles: readonly string[]): boolean => RIGHTS[right].some((role) => roles.includes(role));

/** Whether whoever is signed in has a right; nobody has one before the API has said who it is. */
export function useMay(): (right: Right) => boolean {
  const who = useWho();
  return (right) => allows(right, who.data?.roles ?? []);
}

/** What staff does with a user: each asks first, and wants a reason for the audit trail. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";

import { Refused } from "./Proof";
import { changeRoles, giveTier, logOut, restrict, ROLES, unrestrict, type Person, type Role } from "./reading";
import { useMay, type Right } from "./rights";

type Act = "restrict" | "unrestrict" | "logout" | "changeRoles" | "grant";
type Given = "starter" | "pro" | "enterprise";
const GIVEN: readonly Given[] = ["starter", "pro", "enterprise"];
const RIGHT: Readonly<Record<Act, Right>> = { restrict: "restrict", unrestrict: "restrict", logout: "logout", changeRoles: "roles", grant: "grants" };
const DANGEROUS: ReadonlySet<Act> = new Set<Act>(["restrict", "logout", "changeRoles", "grant"]);

interface Wish {
  reason: string;
  roles: readonly Role[];
  tier: Given;
  until: string;
}

const known = (roles: readonly string[]): Role[] => ROLES.filter((role) => roles.includes(role));

function send(act: Act, of: Person, wish: Wish): Promise<unknown> {
  const reason = wish.reason.trim();
  const before = known(of.roles);
  switch (act) {
    case "restrict":
      return restrict(of.id, reason);
    case "unrestrict":
      return unrestrict(of.id, reason);
    case "logout":
      return logOut(of.id, reason);
    case "changeRoles": {
      const grant = wish.roles.filter((role) => !before.includes(role));
      return changeRoles(of.id, { reason, grant, revoke: before.filter((role) => !wish.roles.includes(role)) });
    }
    case "grant":
      return giveTier(of.id, { reason, tier: wish.tier, until: `${wish.until}T23:59:59Z` });
  }
}

function Roles({ chosen, choose }: { chosen: readonly Role[]; choose: (roles: readonly Role[]) => void }) {
  return (
    <fieldset className="mb-3 rounded-lg border border-line p-3">
      <legend className="px-1 text-sm text-muted">{t("admin.roles")}</legend>
      {ROLES.map((role) => (
        <label key={role} className="flex items-center gap-2">
          <input
            type="checkbox"
            className="size-5"
            checked={chosen.includes(role)}
            onChange={(event) => choose(event.target.checked ? [...chosen, role] : chosen.filter((one) => one !== role))}
          />
          {role}
        </label>
      ))}
    </fieldset>
  );
}

function Asked({ act, of, who, close, done }: { act: Act; of: Person; who: string; close: () => void; done: () => void }) {
  const [wish, setWish] = useState<Wish>({ reason: "", roles: known(of.roles), tier: "pro", until: "" });
  const doing = useMutation<unknown, ApiError>({
    mutationFn: () => send(act, of, wish),
    onSuccess: () => {
      done();
      void readAnew(["admin"]);
    },
  });
  const fields = doing.error?.fields ?? {};
  const marked = "reason" in fields || "until" in fields;
  return (
    <Dialog
      title={t("admin.sure", { what: t(`admin.${act}`), who: safeName(who) })}
      open
      close={close}
      answer={{ text: t(`admin.${act}`), danger: DANGEROUS.has(act), busy: doing.isPending, act: () => doing.mutate() }}
    >
      <p className="mb-3">{t(`admin.${act}Means`)}</p>
      {act === "changeRoles" && <Roles chosen={wish.roles} choose={(roles) => setWish({ ...wish, roles })} />}
      {act === "grant" && (
        <div className="mb-3 grid gap-3 sm:grid-cols-2">
          <SelectField
            label={t("admin.tier")}
            value={wish.tier}
            onChange={(event) => setWish({ ...wish, tier: event.target.value as Given })}
            options={GIVEN.map((value) => ({ value, text: value }))}
          />
          <TextField
            label={t("admin.until")}
            type="date"
            value={wish.until}
            onChange={(event) => setWish({ ...wish, until: event.target.value })}
            error={fields["until"]}
          />
        </div>
      )}
      <TextField
        label={t("admin.reason")}
        hint={t("admin.reasonHint")}
        value={wish.reason}
        onChange={(event) => setWish({ ...wish, reason: event.target.value })}
        error={fields["reason"]}
      />
      {doing.error !== null && !marked && <Refused error={doing.error} />}
    </Dialog>
  );
}

export function Acts({ of, who }: { of: Person; who: string }) {
  const may = useMay();
  const [act, setAct] = useState<Act | null>(null);
  const [did, setDid] = useState<Act | null>(null);
  const turn: Act = of.status === "active" ? "restrict" : "unrestrict";
  const offered = ([turn, "logout", "changeRoles", "grant"] as const).filter((one) => may(RIGHT[one]));
  return (
    <>
      {did !== null && (
        <p role="status" className="my-2 rounded-lg bg-good-soft p-2">
          {t("admin.done", { what: t(`admin.${did}`) })}
        </p>
      )}
      <div className="mt-4 flex flex-wrap gap-2">
        {offered.map((one) => (
          <Button key={one} kind={DANGEROUS.has(one) ? "danger" : "plain"} onClick={() => setAct(one)}>
            {t(`admin.${one}`)}
          </Button>
        ))}
      </div>
      {act !== null && (
        <Asked
          act={act}
          of={of}
          who={who}
          close={() => setAct(null)}
          done={() => {
            setDid(act);
            setAct(null);
          }}
        />
      )}
    </>
  );
}

/** The frame around every page: navigation, stream state, theme, and the way out. */

import { Link, Outlet } from "@tanstack/react-router";
import { useState } from "react";

import { keepTheme, useKeptPreferences } from "@/session/preferences";
import { holds, useWho } from "@/session/profile";
import { leave } from "@/session/session";
import { useStreamState } from "@/streams/shared";
import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Guard } from "@/ui/Panel";
import { useTheme, type Theme } from "@/ui/theme";

import { Release } from "./Release";
import { SECTIONS } from "./sections";

const TONES: Readonly<Record<string, Tone>> = { live: "good", waiting: "warn", opening: "plain", off: "plain" };

function StreamBadge() {
  const state = useStreamState();
  return (
    <span role="status">
      <Badge tone={TONES[state] ?? "plain"}>{t(`stream.${state}`)}</Badge>
    </span>
  );
}

function ThemePicker() {
  const theme = useTheme();
  return (
    <label className="flex items-center gap-2 text-sm text-muted">
      {t("theme.label")}
      <select
        className="min-h-9 rounded-lg border border-muted bg-panel px-2 text-ink"
        value={theme}
        onChange={(event) => void keepTheme(event.target.value as Theme).catch(() => undefined)}
      >
        <option value="system">{t("theme.system")}</option>
        <option value="light">{t("theme.light")}</option>
        <option value="dark">{t("theme.dark")}</option>
      </select>
    </label>
  );
}

function Leave() {
  const [leaving, setLeaving] = useState(false);
  const go = (): void => {
    setLeaving(true);
    void leave();
  };
  return (
    <Button busy={leaving} onClick={go}>
      {t("session.leave")}
    </Button>
  );
}

function Sections({ done }: { done: () => void }) {
  const who = useWho();
  const roles = who.data?.roles ?? [];
  const shown = SECTIONS.filter((one) => one.roles === undefined || one.roles.some((role) => roles.includes(role)));
  return (
    <nav aria-label={t("app.sections")}>
      <ul className="space-y-1">
        {shown.map((one) => (
          <li key={one.path}>
            <Link
              to={one.path}
              onClick={done}
              className="flex items-center justify-between rounded-lg px-3 py-2 font-medium hover:bg-raised aria-[current=page]:bg-raised aria-[current=page]:text-accent"
            >
              {t(one.text)}
              {who.data !== undefined && !holds(who.data.tier, one.tier) && (
                <span className="text-sm font-normal text-muted">{t("nav.higher", { tier: one.tier })}</span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function Shell() {
  const [open, setOpen] = useState(false);
  useKeptPreferences();
  return (
    <div className="lg:grid lg:grid-cols-[15rem_1fr]">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:m-2 focus:rounded focus:bg-panel focus:p-2">
        {t("app.skip")}
      </a>
      <header className="border-b border-line bg-panel p-3 lg:sticky lg:top-0 lg:flex lg:h-dvh lg:flex-col lg:border-r lg:border-b-0">
        <div className="flex items-center justify-between lg:mb-4">
          <span className="flex items-center gap-2 px-2 text-lg font-semibold">
            <img src="/app/icon.svg" alt="" className="size-7" />
            {t("app.name")}
          </span>
          <Button kind="quiet" className="lg:hidden" aria-expanded={open} aria-controls="menu" onClick={() => setOpen(!open)}>
            {t("app.menu")}
          </Button>
        </div>
        <div id="menu" className={`${open ? "" : "max-lg:hidden"} flex flex-col gap-4 lg:flex-1`}>
          <Sections done={() => setOpen(false)} />
          <div className="mt-auto flex flex-col gap-3 p-2">
            <StreamBadge />
            <ThemePicker />
            <Leave />
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="min-w-0 p-4 sm:p-6">
        <Release />
        <Guard>
          <Outlet />
        </Guard>
      </main>
    </div>
  );
}

/** How the console looks and speaks, on every device of whoever is signed in. */

import { useMutation } from "@tanstack/react-query";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { keepDensity, keepTheme, usePreferences } from "@/session/preferences";
import { t } from "@/texts";
import { Choice } from "@/ui/Choice";
import { DENSITIES, useDensity, type Density } from "@/ui/density";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";
import { THEMES, useTheme } from "@/ui/theme";

export function Preferences() {
  const kept = usePreferences();
  const theme = useTheme();
  const density = useDensity();
  const keep = useMutation<unknown, ApiError, () => Promise<void>>({
    mutationFn: (doing) => doing(),
    onSuccess: () => void readAnew(["account", "preferences"]),
  });
  return (
    <Panel title={t("account.preferences")}>
      <Answer of={kept}>
        {() => (
          <div className="flex flex-wrap gap-6">
            <div>
              <p className="mb-1 font-medium">{t("account.colours")}</p>
              <Choice
                label={t("account.colours")}
                options={THEMES.map((value) => ({ value, text: t(`theme.${value}`) }))}
                value={theme}
                choose={(next) => keep.mutate(() => keepTheme(next))}
              />
            </div>
            <div>
              <p className="mb-1 font-medium">{t("density.label")}</p>
              <Choice<Density>
                label={t("density.label")}
                options={DENSITIES.map((value) => ({ value, text: t(`density.${value}`) }))}
                value={density}
                choose={(next) => keep.mutate(() => keepDensity(next))}
              />
            </div>
            <p>
              <span className="mb-1 block font-medium">{t("account.language")}</span>
              {t("account.language.en")}
            </p>
          </div>
        )}
      </Answer>
      {keep.error !== null && (
        <div className="mt-3">
          <Refusal error={keep.error} />
        </div>
      )}
    </Panel>
  );
}

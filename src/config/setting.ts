import 'reflect-metadata';

/** One environment variable, as the documentation and the loader see it. */
export interface SettingDescription {
  /** Name of the environment variable. */
  variable: string;
  property: string;
  description: string;
}

const settings = new Map<object, SettingDescription[]>();

/** Binds a property of the configuration to an environment variable, with the text that documents it. */
export function Setting(variable: string, description: string): PropertyDecorator {
  return (target, property) => {
    const list = settings.get(target) ?? [];
    list.push({ variable, property: String(property), description });
    settings.set(target, list);
  };
}

/** The settings that a class declares, in their order. */
export function settingsOf(theme: { readonly prototype: unknown }): readonly SettingDescription[] {
  return settings.get(theme.prototype as object) ?? [];
}

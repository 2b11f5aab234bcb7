import { ValidateBy } from 'class-validator';

/** Comma-separated origins, as browsers send them: compared exactly, any other text would lock everybody out. Empty for none. */
export function IsOriginList(): PropertyDecorator {
  return ValidateBy({
    name: 'isOriginList',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && value.split(',').every(isOriginOrNothing),
      defaultMessage: () =>
        '$property must be origins without a path, such as https://app.example.com, separated by commas; empty for any',
    },
  });
}

function isOriginOrNothing(text: string): boolean {
  return /^(|null|[a-z][a-z\d+.-]*:\/\/[^\s/?#@A-Z*]+)$/.test(text.trim());
}

import { ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';

/** A field that may be left out. Unlike `@IsOptional`, `null` is not taken for nothing: it is a mistake to be told. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/** Of these fields one, and only one, has to be there. Put on a field that always is. */
export function ExactlyOneOf(...fields: readonly string[]): PropertyDecorator {
  const given = ({ object }: ValidationArguments) =>
    fields.filter((field) => Reflect.get(object, field) !== undefined).length;
  return ValidateBy({
    name: 'exactlyOneOf',
    validator: {
      validate: (_, args) => args !== undefined && given(args) === 1,
      defaultMessage: () => `exactly one of ${fields.join(', ')} has to be given`,
    },
  });
}

/** Any value: taken from the frame, and judged by who understands it. */
export function Unchecked(): PropertyDecorator {
  return ValidateBy({ name: 'unchecked', validator: { validate: () => true } });
}

/** What all commands have. It was checked before they were told apart. */
export abstract class CommandDto {
  @Unchecked()
  readonly type: string;

  @Unchecked()
  readonly id?: string;
}

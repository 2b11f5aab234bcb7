import type { ErrorCode } from '@edge-hive/protocol';
import { getMetadataStorage, validateSync, ValidationTypes, type ValidationArguments } from 'class-validator';
import { CommandError } from '../errors/command-error.js';
import type { CommandFrame } from './parse-frame.js';

type DtoClass = new () => object;
type Check = (value: unknown, args: ValidationArguments) => boolean;
type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

interface Field {
  readonly name: string;
  /** Whether the field is looked at in this object. */
  readonly conditions: readonly ((object: object, value: unknown) => boolean)[];
  readonly rules: readonly { readonly constraints: unknown[]; readonly check: Check }[];
}

/**
 * Validates one class of frames by its class-validator decorators. `validateSync` sorts a class's decorators each time,
 * which costs more than the rest of a command: they are sorted once here, and it is asked only what is wrong.
 */
export class FrameShape {
  private readonly fields: readonly Field[];

  constructor(private readonly dto: DtoClass) {
    const storage = getMetadataStorage();
    const metadatas = storage.getTargetValidationMetadatas(dto, '', false, false);
    this.fields = Object.entries(storage.groupByPropertyName(metadatas)).map(([name, rules]) => fieldOf(name, rules));
  }

  /**
   * The declared fields of the frame, as an instance of the class.
   * @throws CommandError with the code of the decorator's `context`, else BAD_FRAME
   */
  read(frame: CommandFrame): object {
    const object = new this.dto();
    for (const { name } of this.fields) Reflect.set(object, name, ownField(frame, name));
    if (!this.fields.every((field) => holds(field, object, this.dto.name))) throw faultOf(object);
    return object;
  }
}

/** What an object inherits, `constructor` for one, was not sent. */
function ownField(frame: CommandFrame, name: string): unknown {
  return Object.hasOwn(frame, name) ? frame[name] : undefined;
}

function fieldOf(name: string, metadatas: readonly Metadata[]): Field {
  const conditional = ({ type }: Metadata) => type === ValidationTypes.CONDITIONAL_VALIDATION;
  return {
    name,
    conditions: metadatas.filter(conditional).map(({ constraints }) => constraints[0] as Field['conditions'][number]),
    rules: metadatas
      .filter((metadata) => !conditional(metadata))
      .map((metadata) => ({ constraints: metadata.constraints, check: checkOf(metadata) })),
  };
}

function checkOf({ constraintCls, each }: Metadata): Check {
  const [constraint] = getMetadataStorage().getTargetValidatorConstraints(constraintCls);
  if (!constraint) throw new TypeError('Frames can only be checked by decorators with a constraint.');
  const { instance } = constraint;
  const check: Check = (value, args) => instance.validate(value, args) === true;
  if (!each) return check;
  return (value, args) => (Array.isArray(value) ? value.every((item) => check(item, args)) : check(value, args));
}

function holds({ name, conditions, rules }: Field, object: object, targetName: string): boolean {
  const value: unknown = Reflect.get(object, name);
  if (!conditions.every((condition) => condition(object, value))) return true;
  return rules.every(({ constraints, check }) =>
    check(value, { value, constraints, targetName, object, property: name }),
  );
}

function faultOf(object: object): CommandError {
  const [error] = validateSync(object, { validationError: { target: false, value: false } });
  // Decorators are applied from the last to the first, and the first one says what all others take for granted.
  const [name, message] = Object.entries(error?.constraints ?? {}).at(-1) ?? ['', 'the frame is not valid'];
  const context = error?.contexts?.[name] as { readonly code: ErrorCode } | undefined;
  return new CommandError(context?.code ?? 'BAD_FRAME', `${message}.`);
}

/**
 * Writes ONNX models: a graph under construction whose values are names, and its protobuf bytes.
 *
 * Only what a block graph needs of onnx.proto3 (ONNX 1.17, IR version 10): float, int64 and bool tensors, and
 * attributes that are int, float, string or a list of ints. Field numbers are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3.
 */
import { PbfWriter } from 'pbf';

/** Name of a value that flows through the graph. */
export type Value = string;
/** Sizes; a string names a size that is known only when the graph runs. */
export type Dimensions = readonly (number | string)[];
export type Attribute = number | string | readonly number[] | { readonly float: number };

const ELEMENT = { float: 1, int64: 7, bool: 9 } as const;
type Element = keyof typeof ELEMENT;

type OpNode = {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
};
type Port = { readonly name: Value; readonly element: Element; readonly dimensions: Dimensions };
type Constant = {
  readonly name: Value;
  readonly element: Element;
  readonly dimensions: readonly number[];
  readonly bytes: Uint8Array;
};

const OPSET = 23;
const IR_VERSION = 11;
/** Operators that are onnxruntime's own. */
const MICROSOFT = 'com.microsoft';

export class OnnxGraph {
  readonly #nodes: OpNode[] = [];
  readonly #inputs: Port[] = [];
  readonly #outputs: Port[] = [];
  readonly #constants: Constant[] = [];
  #valueCount = 0;

  input(name: Value, dimensions: Dimensions, element: Element = 'float'): Value {
    this.#inputs.push({ name, element, dimensions });
    return name;
  }

  /** Makes `value` an output of the graph under `name`. */
  output(name: Value, value: Value, dimensions: Dimensions, element: Element = 'float'): void {
    this.#nodes.push({ op: 'Identity', domain: '', inputs: [value], outputs: [name], attributes: {} });
    this.#outputs.push({ name, element, dimensions });
  }

  /** One operator with one result. An empty input name leaves an optional input out. */
  op(op: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    return this.#add(op, '', inputs, 1, attributes)[0];
  }

  /** The result at place `index` of an operator with several; those before it are not used. */
  opOutput(
    op: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>>,
    index: number,
  ): Value {
    return this.#add(op, '', inputs, index + 1, attributes)[index];
  }

  /** One operator of onnxruntime's own set with one result. */
  runtimeOp(
    op: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    return this.#add(op, MICROSOFT, inputs, 1, attributes)[0];
  }

  /** `value` cut along `axis` into `count` equal parts. */
  split(value: Value, axis: number, count: number): Value[] {
    return this.#add('Split', '', [value], count, { axis, num_outputs: count });
  }

  int64(values: readonly number[]): Value {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.#constant('int64', [values.length], bytes);
  }

  int64Scalar(value: number): Value {
    return this.#constant('int64', [], new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
  }

  scalar(value: number): Value {
    return this.#constant('float', [], new Uint8Array(Float32Array.of(value).buffer));
  }

  floats(values: Float32Array, dimensions: readonly number[]): Value {
    return this.#constant(
      'float',
      dimensions,
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
  }

  /** `value` with other dimensions; 0 keeps the size at that place, −1 takes what is left. */
  reshape(value: Value, dimensions: readonly number[]): Value {
    return this.op('Reshape', [value, this.int64(dimensions)]);
  }

  /** Elements `begin` up to `end` along `axis`; `begin` and `end` are int64 values of length 1. */
  slice(value: Value, axis: number, begin: Value, end: Value): Value {
    return this.op('Slice', [value, begin, end, this.int64([axis])]);
  }

  /** The model as bytes of the ONNX format. */
  toBytes(): Uint8Array {
    const writer = new PbfWriter();
    writer.writeVarintField(1, IR_VERSION);
    writer.writeStringField(2, 'phasewatch');
    writer.writeMessage(7, (_, graph) => this.#writeGraph(graph), null);
    for (const [domain, version] of [
      ['', OPSET],
      [MICROSOFT, 1],
    ] as const)
      writer.writeMessage(
        8,
        (_, opset) => {
          opset.writeStringField(1, domain);
          opset.writeVarintField(2, version);
        },
        null,
      );
    return writer.finish();
  }

  #add(
    op: string,
    domain: string,
    inputs: readonly Value[],
    outputCount: number,
    attributes: Readonly<Record<string, Attribute>>,
  ): Value[] {
    const outputs = Array.from({ length: outputCount }, () => this.#fresh(op));
    this.#nodes.push({ op, domain, inputs, outputs, attributes });
    return outputs;
  }

  #constant(element: Element, dimensions: readonly number[], bytes: Uint8Array): Value {
    const name = this.#fresh('constant');
    this.#constants.push({ name, element, dimensions, bytes });
    return name;
  }

  #fresh(stem: string): Value {
    this.#valueCount += 1;
    return `${stem}_${this.#valueCount}`;
  }

  #writeGraph(writer: PbfWriter): void {
    for (const node of this.#nodes) writer.writeMessage(1, writeNode, node);
    writer.writeStringField(2, 'graph');
    for (const constant of this.#constants) writer.writeMessage(5, writeConstant, constant);
    for (const port of this.#inputs) writer.writeMessage(11, writePort, port);
    for (const port of this.#outputs) writer.writeMessage(12, writePort, port);
  }
}

function writeNode(node: OpNode, writer: PbfWriter): void {
  for (const input of node.inputs) writer.writeStringField(1, input);
  for (const output of node.outputs) writer.writeStringField(2, output);
  writer.writeStringField(3, node.outputs[0]);
  writer.writeStringField(4, node.op);
  for (const attribute of Object.entries(node.attributes)) writer.writeMessage(5, writeAttribute, attribute);
  writer.writeStringField(7, node.domain);
}

const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

function writeAttribute([name, value]: [string, Attribute], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if (typeof value === 'number') {
    writer.writeVarintField(3, value);
    writer.writeVarintField(20, ATTRIBUTE_TYPE.int);
  } else if (typeof value === 'string') {
    writer.writeBytesField(4, new TextEncoder().encode(value));
    writer.writeVarintField(20, ATTRIBUTE_TYPE.string);
  } else if ('float' in value) {
    writer.writeFloatField(2, value.float);
    writer.writeVarintField(20, ATTRIBUTE_TYPE.float);
  } else {
    for (const item of value) writer.writeVarintField(8, item);
    writer.writeVarintField(20, ATTRIBUTE_TYPE.ints);
  }
}

function writeConstant(constant: Constant, writer: PbfWriter): void {
  for (const size of constant.dimensions) writer.writeVarintField(1, size);
  writer.writeVarintField(2, ELEMENT[constant.element]);
  writer.writeStringField(8, constant.name);
  writer.writeBytesField(9, constant.bytes);
}

function writePort(port: Port, writer: PbfWriter): void {
  writer.writeStringField(1, port.name);
  writer.writeMessage(2, writeTensorType, port);
}

function writeTensorType(port: Port, writer: PbfWriter): void {
  writer.writeMessage(
    1,
    (_, tensor) => {
      tensor.writeVarintField(1, ELEMENT[port.element]);
      tensor.writeMessage(2, writeShape, port.dimensions);
    },
    null,
  );
}

function writeShape(dimensions: Dimensions, writer: PbfWriter): void {
  for (const size of dimensions)
    writer.writeMessage(
      1,
      (_, dimension) => {
        if (typeof size === 'number') dimension.writeVarintField(1, size);
        else dimension.writeStringField(2, size);
      },
      null,
    );
}

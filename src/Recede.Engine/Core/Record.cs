namespace Recede.Engine.Core;

/// <summary>One call of an op: the rule, where its operands and outputs stand in the operand list, its arguments.</summary>
internal struct Record
{
    public OpRule Rule;
    public string Scope;
    public int FirstInput;
    public int InputCount;
    public int FirstOutput;
    public int OutputCount;
    public int Arguments;
}

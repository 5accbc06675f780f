namespace Recede.Engine.Devices.Cpu;

/// <summary>What all kernel calls of one product of panels share; strides are in floats.</summary>
internal struct PanelArguments
{
    /// <summary>From one row of the left panel to the next.</summary>
    public nint ARow;

    /// <summary>From one summand of the left panel to the next.</summary>
    public nint AStep;

    /// <summary>From one summand of the right panel to the next; its vectors are neighbours.</summary>
    public nint BStep;

    /// <summary>From one row of the result to the next.</summary>
    public nint CRow;

    /// <summary>How many summands, 1 or more.</summary>
    public int Count;

    /// <summary>Add to what stands in the result.</summary>
    public bool Add;
}

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Filters for the data gradient: input and output channels exchanged, and the taps grouped by the phase of the stride that
/// they serve: [phase][input block][output block][tap of the phase][output channel][16 input channels]. One item is one
/// pair of blocks.
/// </summary>
internal unsafe struct TurnFiltersJob : IParallelJob
{
    private const int Lanes = Simd.Lanes;

    public ConvolutionGeometry Geometry;
    public float* Filters;
    public float* Turned;

    public static long Floats(in ConvolutionGeometry g) => (long)g.InputBlocks * Lanes * g.Taps * g.O;

    public readonly void Run(int item, int worker)
    {
        int outputBlock = item / Geometry.InputBlocks;
        int inputBlock = item % Geometry.InputBlocks;
        int taps = Geometry.Taps;
        int rows = Math.Min(Lanes, Geometry.C - (inputBlock * Lanes));
        int turnedRows = Math.Min(Lanes, Geometry.O - (outputBlock * Lanes));
        float* from = Filters + (outputBlock * (nint)Geometry.C * taps * Lanes) + (inputBlock * (nint)Lanes * taps * Lanes);
        float* phase = Turned;
        for (int a = 0; a < Geometry.StrideH; a++)
        {
            var tapRows = TapAxis.Backward(a, Geometry.KH, Geometry.StrideH, Geometry.PadH, Geometry.DilationH);
            for (int b = 0; b < Geometry.StrideW; b++)
            {
                var tapColumns = TapAxis.Backward(b, Geometry.KW, Geometry.StrideW, Geometry.PadW, Geometry.DilationW);
                nint phaseBlock = (nint)tapRows.Count * tapColumns.Count * Geometry.O * Lanes;
                float* to = phase + (inputBlock * phaseBlock) + (outputBlock * (nint)Lanes * tapRows.Count * tapColumns.Count * Lanes);
                for (int h = 0; h < tapRows.Count; h++)
                {
                    for (int w = 0; w < tapColumns.Count; w++)
                    {
                        int tap = ((tapRows.FirstKernel + (h * tapRows.KernelStep)) * Geometry.KW)
                            + tapColumns.FirstKernel + (w * tapColumns.KernelStep);
                        BlockTranspose.Run(from + ((nint)tap * rows * Lanes), rows, to, turnedRows);
                        to += turnedRows * Lanes;
                    }
                }

                phase += Geometry.InputBlocks * phaseBlock;
            }
        }
    }
}

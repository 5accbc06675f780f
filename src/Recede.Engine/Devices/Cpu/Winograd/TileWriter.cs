using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>Turns products into outputs and writes those that lie in the image.</summary>
internal unsafe struct TileWriter<TT, TV, TOps, TS>
    where TT : struct, IWinogradTransform
    where TV : unmanaged
    where TOps : struct, IVectorOps<TV>
    where TS : unmanaged, ISimd<TS>
{
    private const int Lanes = Simd.Lanes;

    public TapOutput Output;
    public ConvolutionEpilogue Epilogue;
    public int Channels;
    public int Height;
    public int Width;

    /// <summary>From one plane of products to the next, in floats.</summary>
    public nint Plane;

    /// <summary>From one tile's products to the next, in floats.</summary>
    public nint Tile;

    /// <summary>One output block of some tiles, with its moments (mean, then sum of squared differences) unless they are null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public readonly void Write(
        float* products, int block, int image, int images, int tileRow, int tileRows, int tileColumns, float* moments)
    {
        float* space = stackalloc float[((TT.Outputs * TT.Outputs) + 4) * Lanes];
        float* values = (float*)(((nint)space + 63) & ~63);
        float* sums = values + (TT.Outputs * TT.Outputs * Lanes);
        EpilogueLanes<TS>* epilogue = stackalloc EpilogueLanes<TS>[Lanes / TS.Count];
        for (int lane = 0; lane < Lanes; lane += TS.Count)
        {
            epilogue[lane / TS.Count] = new EpilogueLanes<TS>(Epilogue, (block * Lanes) + lane, Channels);
        }

        bool isFirst = true;
        long count = 0;
        for (int n = 0; n < images; n++)
        {
            for (int t = 0; t < tileRows; t++)
            {
                int top = (tileRow + t) * TT.Outputs;
                int rows = Math.Min(TT.Outputs, Height - top);
                for (int s = 0; s < tileColumns; s++)
                {
                    int left = s * TT.Outputs;
                    int columns = Math.Min(TT.Outputs, Width - left);
                    Transform(products, values);
                    float* y = Output.Y + ((image + n) * Output.Image) + (block * Output.Block) + (top * Output.Row) + (left * Output.Column);
                    if (moments == null)
                    {
                        Finish(values, epilogue, y, rows, columns);
                    }
                    else
                    {
                        if (isFirst)
                        {
                            Begin(values, epilogue, rows, columns, sums);
                            isFirst = false;
                        }

                        FinishWithMoments(values, epilogue, y, rows, columns, sums);
                        count += rows * columns;
                    }

                    products += Tile;
                }
            }
        }

        if (moments != null)
        {
            End(sums, count, moments);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private readonly void Transform(float* products, float* values)
    {
        int size = TT.Outputs + 2;
        float* half = stackalloc float[(size * TT.Outputs * Lanes) + Lanes];
        half = (float*)(((nint)half + 63) & ~63);
        for (int lane = 0; lane < Lanes; lane += sizeof(TV) / sizeof(float))
        {
            for (int c = 0; c < size; c++)
            {
                TT.Output<TV, TOps>(products + (c * Plane) + lane, size * Plane, half + (c * Lanes), size * Lanes);
            }

            for (int r = 0; r < TT.Outputs; r++)
            {
                TT.Output<TV, TOps>(half + (r * size * Lanes), Lanes, values + (r * TT.Outputs * Lanes) + lane, Lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Finish(float* values, EpilogueLanes<TS>* epilogues, float* y, int rows, int columns)
    {
        for (int lane = 0; lane < Lanes; lane += TS.Count)
        {
            EpilogueLanes<TS> epilogue = epilogues[lane / TS.Count];
            for (int r = 0; r < rows; r++)
            {
                float* from = values + (r * TT.Outputs * Lanes) + lane;
                float* to = y + (r * Output.Row) + lane;
                if (Epilogue.Residual == null)
                {
                    for (int c = 0; c < columns; c++)
                    {
                        epilogue.Store(epilogue.Finish(TS.Load(from + (c * Lanes))), to + (c * Output.Column));
                    }
                }
                else
                {
                    float* residual = Epilogue.Residual + (to - Output.Y);
                    for (int c = 0; c < columns; c++)
                    {
                        TS finished = epilogue.Finish(TS.Load(from + (c * Lanes)), TS.Load(residual + (c * Output.Column)));
                        epilogue.Store(finished, to + (c * Output.Column));
                    }
                }
            }
        }
    }

    // Moments are those of the sums and the bias: there is no residual. Differences are taken from the mean of the first tile: one
    // of the group's own, so the sums cannot cancel by more than the number of tiles.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void FinishWithMoments(float* values, EpilogueLanes<TS>* epilogues, float* y, int rows, int columns, float* sums)
    {
        for (int lane = 0; lane < Lanes; lane += TS.Count)
        {
            EpilogueLanes<TS> epilogue = epilogues[lane / TS.Count];
            TS shift = TS.Load(sums + lane);
            TS sum = TS.Load(sums + Lanes + lane);
            TS squares = TS.Load(sums + (2 * Lanes) + lane);
            for (int r = 0; r < rows; r++)
            {
                float* from = values + (r * TT.Outputs * Lanes) + lane;
                float* to = y + (r * Output.Row) + lane;
                for (int c = 0; c < columns; c++)
                {
                    TS finished = epilogue.Finish(TS.Load(from + (c * Lanes)));
                    epilogue.Store(finished, to + (c * Output.Column));
                    TS difference = finished - shift;
                    sum += difference;
                    squares = TS.Fma(difference, difference, squares);
                }
            }

            TS.Store(sum, sums + Lanes + lane);
            TS.Store(squares, sums + (2 * Lanes) + lane);
        }
    }

    // sums: the mean of the first tile, the sum of the differences from it, the sum of their squares.
    private static void Begin(float* values, EpilogueLanes<TS>* epilogues, int rows, int columns, float* sums)
    {
        TS share = TS.Broadcast(1f / (rows * columns));
        for (int lane = 0; lane < Lanes; lane += TS.Count)
        {
            TS sum = TS.Zero;
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < columns; c++)
                {
                    sum += epilogues[lane / TS.Count].Finish(TS.Load(values + (((r * TT.Outputs) + c) * Lanes) + lane));
                }
            }

            TS.Store(sum * share, sums + lane);
            TS.Store(TS.Zero, sums + Lanes + lane);
            TS.Store(TS.Zero, sums + (2 * Lanes) + lane);
        }
    }

    private static void End(float* sums, long count, float* moments)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            double sum = sums[Lanes + lane];
            moments[lane] = (float)(sums[lane] + (sum / count));
            moments[Lanes + lane] = (float)Math.Max(0, sums[(2 * Lanes) + lane] - (sum * sum / count));
        }
    }
}

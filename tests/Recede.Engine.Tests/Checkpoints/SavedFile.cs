using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Recede.Engine.Tests.Checkpoints;

/// <summary>The bytes of a checkpoint, to be changed with or without its checksum.</summary>
internal static class SavedFile
{
    private const int LengthBytes = 8;

    /// <summary>The JSON of the header.</summary>
    public static string Header(byte[] file) => Encoding.UTF8.GetString(file, LengthBytes, (int)BinaryPrimitives.ReadInt64LittleEndian(file));

    /// <summary>The same file with another header and a checksum that fits: made by somebody who means it.</summary>
    public static byte[] WithHeader(byte[] file, Func<string, string> change)
    {
        var old = Header(file);
        var header = Encoding.UTF8.GetBytes(change(old));
        var data = file.AsSpan(LengthBytes + Encoding.UTF8.GetByteCount(old));
        var forged = new byte[LengthBytes + header.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(forged, header.Length);
        header.CopyTo(forged, LengthBytes);
        data.CopyTo(forged.AsSpan(LengthBytes + header.Length));
        Sign(forged);
        return forged;
    }

    /// <summary>Makes the checksum fit.</summary>
    public static void Sign(byte[] file) =>
        SHA256.HashData(file.AsSpan(0, file.Length - SHA256.HashSizeInBytes)).CopyTo(file.AsSpan(file.Length - SHA256.HashSizeInBytes));
}

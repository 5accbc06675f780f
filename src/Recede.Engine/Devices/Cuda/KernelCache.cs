using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// Compiled kernels on disk, one file an entry, named by a hash of everything that went into it. A file is only believed when
/// it is a plain file of ours alone that tells its own key and checksum; anything else is as if it were not there, and is
/// written over. No trouble with the disk is an error: at worst nothing is cached.
/// </summary>
internal sealed class KernelCache
{
    /// <summary>Bytes before the image: magic, key, checksum of the image, length of the image.</summary>
    public const int HeaderBytes = 8 + SHA256.HashSizeInBytes + SHA256.HashSizeInBytes + 8;

    // A compiled file of kernels is some 100 KB; what claims to be more is not ours.
    private const long MostBytes = 64 << 20;

    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes a cache.</summary>
    /// <param name="folder">Where; null caches nothing.</param>
    public KernelCache(string? folder)
    {
        Folder = folder;
    }

    /// <summary>Where the entries lie, or null.</summary>
    public string? Folder { get; }

    private static ReadOnlySpan<byte> Magic => "RECEDEK1"u8;

    /// <summary>The folder that the options and the environment name: the option, RECEDE_CACHE, or a folder in the user's cache
    /// (XDG_CACHE_HOME or ~/.cache; local application data on Windows); null when there is none.</summary>
    public static string? ChooseFolder(string? option) => UserCache.Folder(option, "kernels");

    /// <summary>The key of an image: a hash over parts, each with its length, so that no two lists of parts give the same bytes.</summary>
    public static byte[] KeyOf(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>The file of a key.</summary>
    public string? PathOf(ReadOnlySpan<byte> key) =>
        Folder is null ? null : Path.Combine(Folder, Convert.ToHexStringLower(key) + ".kernel");

    /// <summary>The image of a key, or null when there is none that can be believed.</summary>
    public byte[]? Read(ReadOnlySpan<byte> key)
    {
        try
        {
            return PathOf(key) is { } path && IsOurs(new DirectoryInfo(Folder!)) && IsOurs(new FileInfo(path)) ? ReadEntry(path, key) : null;
        }
        catch (Exception e) when (IsTroubleWithDisk(e))
        {
            return null;
        }
    }

    /// <summary>Keeps an image; false when the disk would not have it.</summary>
    public bool Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> image)
    {
        if (PathOf(key) is not { } path)
        {
            return false;
        }

        // Written beside and renamed: another process sees all of it or nothing.
        var beside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            CreateFolder();
            if (!IsOurs(new DirectoryInfo(Folder!)))
            {
                return false;
            }

            using (var file = CreateFile(beside))
            {
                file.Write(Header(key, image));
                file.Write(image);
            }

            if (Directory.Exists(path))
            {
                Directory.Delete(path);
            }

            File.Move(beside, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (IsTroubleWithDisk(e))
        {
            Discard(beside);
            return false;
        }
    }

    private static byte[]? ReadEntry(string path, ReadOnlySpan<byte> key)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        if (length is <= HeaderBytes or > MostBytes)
        {
            return null;
        }

        var entry = new byte[length];
        var read = 0;
        while (read < entry.Length)
        {
            var got = RandomAccess.Read(file, entry.AsSpan(read), read);
            if (got == 0)
            {
                return null;
            }

            read += got;
        }

        var image = entry[HeaderBytes..];
        return entry.AsSpan(0, HeaderBytes).SequenceEqual(Header(key, image)) ? image : null;
    }

    private static byte[] Header(ReadOnlySpan<byte> key, ReadOnlySpan<byte> image)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        key.CopyTo(header.AsSpan(8));
        SHA256.HashData(image, header.AsSpan(8 + SHA256.HashSizeInBytes));
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(HeaderBytes - 8), image.Length);
        return header;
    }

    // What others may write, they may have written. A pipe or a link would make us wait or lead elsewhere.
    private static bool IsOurs(FileSystemInfo info) =>
        info.Exists
        && (info.Attributes & (FileAttributes.ReparsePoint | FileAttributes.Device)) == 0
        && (info is DirectoryInfo || ((FileInfo)info).Length > HeaderBytes)
        && (OperatingSystem.IsWindows() || (info.UnixFileMode & OthersWrite) == 0);

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Folder!);
        }
        else
        {
            Directory.CreateDirectory(Folder!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // Whatever the umask is: what others may write would not be believed.
    private static FileStream CreateFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    private static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IsTroubleWithDisk(e))
        {
            // It could not be made either, or the disk is gone.
        }
    }

    private static bool IsTroubleWithDisk(Exception e) =>
        e is IOException or UnauthorizedAccessException or System.Security.SecurityException or NotSupportedException or ArgumentException;
}
